"""What can be wrong with a catalogue, whatever engine keeps it."""

from sqlalchemy.exc import DatabaseError, OperationalError


class DamagedCatalogue(DatabaseError):
    """The catalogue is there, but not what was written."""

    def __init__(self, place: object, reason: BaseException) -> None:
        super().__init__(None, None, reason)
        self.place = place

    def __str__(self) -> str:
        return f"{self.place} is damaged ({self.orig}): `sceneseek verify --repair`, or restore a backup"


class CatalogueUnavailable(OperationalError):
    """The catalogue can't be used now, through no fault of its own: locked, a full disk, not to be written."""

    def __init__(self, place: object, reason: BaseException) -> None:
        super().__init__(None, None, reason)
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.orig}"


class OtherCatalogue(Exception):
    """A catalogue that can't be used here: of a version that can't be brought up to date, or of another library."""


class RootTaken(Exception):
    """Videos are said to lie where another known root is."""
