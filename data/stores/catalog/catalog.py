"""The SQL catalogue: what was seen where, and what each video holds. The write path; `views.py` reads."""

from collections import Counter
from contextlib import closing
from pathlib import Path

from sqlalchemy import delete, insert

from data.stores.catalog import tables
from data.stores.catalog.claims import Claims, Clock
from data.stores.catalog.contents import Contents
from data.stores.catalog.engines import references
from data.stores.catalog.engines.registry import database_at
from data.stores.catalog.engines.revision import bring_up_to_date
from data.stores.catalog.forgetting import Forgetting
from data.stores.catalog.leaving_out import LeavingOut
from data.stores.catalog.locations import Locations
from data.stores.catalog.roots import Roots


class Catalog(Roots, Locations, Forgetting, LeavingOut, Contents, Claims):
    """What is written, each method one transaction; `views.py` and its neighbours read through `connect`."""

    def report_progress(self, files_done: int, files_total: int, eta_s: float | None, failed: int) -> None:
        """Say how far the present run has come, for whoever asks the service."""
        with self.begin() as connection:
            connection.execute(delete(tables.progress))
            row = {"id": 1, "files_done": files_done, "files_total": files_total, "eta_s": eta_s, "failed": failed}
            connection.execute(insert(tables.progress).values(**row))

    def bytes_used(self) -> int:
        """How much of a disk it takes."""
        return self.database.bytes_used()

    def damage(self) -> list[str]:
        """What is wrong with how it is stored."""
        return self.database.damage()

    def orphans(self) -> Counter[tuple[str, str]]:
        """How many rows of one table refer to no row of another, by both tables' names."""
        with self.connect() as connection:
            return references.dangling(connection)

    def drop_orphans(self) -> int:
        """Remove rows that refer to none, and what referred to those; how many that were."""
        with self.begin() as connection:
            return references.drop_dangling(connection)

    def copy_to(self, file: Path) -> None:
        """Write all of it, as it is at one moment, as a catalogue of its own."""
        with closing(database_at(file)) as target:
            self.database.copy_to(target)


def open_catalog(place: Path | str, *, clock: Clock | None = None) -> Catalog:
    """The catalogue at a path or an address, made or brought up to date first; only for reading where it must be.

    Raises DamagedCatalogue, CatalogueUnavailable and, for a catalogue of another version, OtherCatalogue.
    """
    database = database_at(place)
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return Catalog(database, clock or database.now)
