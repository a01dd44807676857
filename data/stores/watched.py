"""What a library remembers of watching: whether its folders are to be kept up to date, and which of them are by now."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from data.durable import replacing
from data.stores.library import Library

How = Literal["events", "polling"]


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder that is watched, by events of the system or by looking again and again; `path` is as JSON shows it."""

    path: str
    how: How


def watched(library: Library) -> list[WatchedFolder] | None:
    """The folders that are watched now, by whatever program; None where no program watches."""
    if not library.is_watched():
        return None
    try:
        return [WatchedFolder(**each) for each in json.loads(_note(library).read_bytes())]
    except (FileNotFoundError, ValueError, TypeError):
        return []


def note_watched(library: Library, folders: Sequence[WatchedFolder]) -> None:
    """For who holds `library.watching()`: say which those are."""
    with replacing(_note(library)) as file:
        file.write(json.dumps([asdict(each) for each in folders]).encode())


def is_watch_wanted(library: Library) -> bool:
    """Whether a service over this library is to watch."""
    return _wish(library).exists()


def want_watch(library: Library, wanted: bool) -> None:
    """Remember it, for a service that starts anew."""
    if not wanted:
        _wish(library).unlink(missing_ok=True)
        return
    library.folder.mkdir(parents=True, exist_ok=True)
    with replacing(_wish(library)) as file:
        file.write(b"on\n")


def _note(library: Library) -> Path:
    return library.folder / "watched.json"


def _wish(library: Library) -> Path:
    return library.folder / "WATCH"
