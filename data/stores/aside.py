"""What is damaged, or in the way, is moved below `set-aside/` and never deleted: that is left to a person."""

import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from data.stores.library import Library, bytes_below

NAME = "set-aside"


def set_aside(library: Library, paths: Sequence[Path], reason: str, say: Callable[[str], None]) -> bool:
    """Move files or folders of the library to the same places below `set-aside/<time>/`; say why and where they are.

    Where there are none, nothing is said. Not while somebody is `keeping` the library: it says so, and gives False.
    """
    with library.removing() as allowed:
        if not allowed:
            say(f"{reason}; it stays where it is until the backup is done")
            return False
        for path in paths:
            if path.is_relative_to(library.vectors):
                library.shards.bring(path)
        places = [path.relative_to(library.folder) for path in paths]
        folder = _free_for(library, places)
        for path, place in zip(paths, places, strict=True):
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            # Parts of a library may lie on other disks, behind links: a rename alone would fail there.
            shutil.move(path, target)
        if paths:
            say(f"{reason}; what was there lies in {folder} now")
    return True


def bytes_aside(library: Library) -> int:
    """Size of everything that was set aside and is still there."""
    return bytes_below(library.folder / NAME)


def _free_for(library: Library, places: Sequence[Path]) -> Path:
    """Where none of these has been put before."""
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    for number in count():
        folder = library.folder / NAME / (f"{now}-{number}" if number else now)
        if not any((folder / place).exists() for place in places):
            break
    return folder
