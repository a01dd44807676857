"""Which file was seen where, and what was indexed of it."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import bindparam, select, update

from data.stores.catalog import tables
from data.stores.catalog.connected import Connected
from data.stores.catalog.filters import PRESENT
from data.types import Location

_PLACE = tables.locations.c


class Locations(Connected):
    """Each method is one transaction."""

    def locations(self, root: bytes) -> dict[bytes, Location]:
        """Every file ever seen under `root`, by relative path."""
        with self.connect() as connection:
            rows = connection.execute(select(tables.locations).where(_PLACE.root == root))
            return {row.path: Location(**row._mapping) for row in rows}

    def record(self, location: Location) -> None:
        """Write what is known of one file, in place of what was."""
        with self.begin() as connection:
            connection.execute(self.database.put(tables.locations, asdict(location), key=("root", "path")))

    def set_gone(self, places: Sequence[Location]) -> None:
        """Say that these files are not there any more, keeping what was indexed of them."""
        statement = update(tables.locations).where(_PLACE.root == bindparam("at"), _PLACE.path == bindparam("of"))
        if places:
            with self.begin() as connection:
                values = {"state": "gone", "stage": None, "reason": "not there any more"}
                connection.execute(statement.values(**values), [{"at": each.root, "of": each.path} for each in places])

    def is_present(self, video_id: str) -> bool:
        """Whether some file that is not gone holds this video."""
        with self.connect() as connection:
            query = select(_PLACE.path).where(_PLACE.video_id == video_id, PRESENT).limit(1)
            return connection.execute(query).first() is not None
