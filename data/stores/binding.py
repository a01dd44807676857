"""Which catalogue and which object store a library's folder goes with: a note in it, where that is not the folder.

Without it a forgotten setting would begin an empty catalogue, and a wrong one mix two libraries.
"""

from pathlib import Path

from data.durable import replacing
from data.stores.catalog.engines.registry import database_at
from data.stores.catalog.errors import OtherCatalogue
from data.stores.shards.kept import Shards

_NOTE, _STORE_NOTE = "CATALOG", "STORE"


class OtherStore(Exception):
    """The shards of a library are elsewhere than the setting says."""


def noted_in(folder: Path) -> str | None:
    """What the catalogue is called that the folder goes with; None for its own file, or before there is any."""
    return _line(folder / _NOTE)


def check(folder: Path, own: Path, address: str | None) -> None:
    """Raises OtherCatalogue where the address, or that there is none, is not what the folder says."""
    noted = noted_in(folder)
    if address is None:
        if noted is not None:
            raise OtherCatalogue(f"the catalogue of {folder} is {noted}: SCENESEEK_CATALOG has to name it")
        return
    place = database_at(address).place
    if noted is None and own.exists():
        raise OtherCatalogue(f"{folder} has a catalogue of its own: `sceneseek move-catalog` puts it into {place}")
    if noted not in (None, place):
        raise OtherCatalogue(
            f"the catalogue of {folder} is {noted}, and SCENESEEK_CATALOG names {place}: where it has moved, "
            f"put that into {folder / _NOTE}"
        )


def bind(folder: Path, address: str) -> None:
    """Note it, where it is not yet. Raises OtherCatalogue where it is somebody else's."""
    if noted_in(folder) is not None:
        return
    database = database_at(address)
    try:
        if database.exists:
            raise OtherCatalogue(
                f"{database.place} is the catalogue of another library; if it is that of {folder}, say so: "
                f"echo '{database.place}' > {folder / _NOTE}"
            )
    finally:
        database.close()
    note(folder, address)


def note(folder: Path, address: str) -> None:
    """Say that the folder goes with this catalogue."""
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / _NOTE) as file:
        file.write(f"{database_at(address).place}\n".encode())


def check_store(folder: Path, address: str | None) -> None:
    """Raises OtherStore where the folder names an object store, and this is another or none."""
    noted = _line(folder / _STORE_NOTE)
    if noted not in (None, address):
        raise OtherStore(
            f"the vectors of {folder} are in {noted}: SCENESEEK_STORE has to name it; where they have moved, "
            f"put that into {folder / _STORE_NOTE}"
        )


def bind_store(folder: Path, address: str, shards: Shards) -> None:
    """Note it, where it is not yet. Raises OtherStore where another library's are in it, and RemoteError."""
    if _line(folder / _STORE_NOTE) is not None:
        return
    if shards.has_any():
        raise OtherStore(
            f"{address} holds the vectors of another library; if it is that of {folder}, say so: "
            f"echo '{address}' > {folder / _STORE_NOTE}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / _STORE_NOTE) as file:
        file.write(f"{address}\n".encode())


def _line(note: Path) -> str | None:
    try:
        return note.read_text(errors="replace").strip()
    except FileNotFoundError:
        return None
