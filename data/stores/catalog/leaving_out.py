"""Of what a modality is to make nothing: of a file, of a folder, or of anything."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select

from data.paths import is_within
from data.stores.catalog import tables
from data.stores.catalog.connected import Connected

EVERYTHING = b""
_OUT = tables.left_out.c


class LeavingOut(Connected):
    """Each method is one transaction."""

    def leave_out(self, modality: str, path: bytes = EVERYTHING) -> None:
        """Remember that nothing is to be made of what lies there."""
        with self.begin() as connection:
            row = {"modality": modality, "path": path}
            connection.execute(self.database.insert_new(tables.left_out).values(**row))

    def left_out(self) -> dict[str, list[bytes]]:
        """By modality: absolute paths, and `EVERYTHING`."""
        found: dict[str, list[bytes]] = {}
        with self.connect() as connection:
            for row in connection.execute(select(tables.left_out).order_by(_OUT.modality, _OUT.path)):
                found.setdefault(row.modality, []).append(row.path)
        return found

    def take_in_again(self, modality: str, paths: Sequence[bytes]) -> None:
        """Let in what was left out under exactly these paths; as a whole, where none is named."""
        named = delete(tables.left_out).where(_OUT.modality == modality, _OUT.path == bindparam("named"))
        with self.begin() as connection:
            connection.execute(named, [{"named": path} for path in paths or [EVERYTHING]])


def is_left_out(path: bytes, out: Sequence[bytes]) -> bool:
    """Whether an absolute path is one of these, or lies below one."""
    return any(each == EVERYTHING or is_within(path, each) for each in out)
