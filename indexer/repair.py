"""What a killed run left behind, and which vectors are missing."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from data import views
from data.durable import is_leftover
from data.library import Library


@dataclass(frozen=True, slots=True)
class Survey:
    """What is on the disk against what the catalogue says.

    `leftovers` were being written when a process was killed, `strays` are shards without rows, and `lost` are the
    (video id, fingerprint) of rows without a shard.
    """

    leftovers: list[Path]
    strays: list[Path]
    lost: set[tuple[str, str]]


def survey(library: Library, engine: Engine) -> Survey:
    """Compare names only, in one walk of the library. Means nothing while somebody else writes to it."""
    lost = {
        library.shard(fingerprint, video_id): (video_id, fingerprint)
        for video_id, fingerprint in views.embeddings(engine)
    }
    leftovers: list[Path] = []
    strays: list[Path] = []
    for place, folders, names in os.walk(library.folder):
        folder = Path(place)
        leftovers += [folder / name for name in (*folders, *names) if is_leftover(name)]
        # What is being written in the service's own folders is the service's.
        services = (library.thumbs, library.calibration)
        folders[:] = [name for name in folders if not is_leftover(name) and folder / name not in services]
        if folder.is_relative_to(library.vectors):
            strays += [folder / name for name in names if not is_leftover(name) and not lost.pop(folder / name, None)]
    return Survey(leftovers, strays, set(lost.values()))


def tidy(library: Library, found: Survey) -> None:
    """Remove what nothing refers to; the caller holds the library's lock."""
    with library.removing() as allowed:
        if not allowed:
            return
        for path in (*found.leftovers, *found.strays):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
