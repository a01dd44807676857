"""What a killed run or a lost catalogue left behind, and which vectors are missing."""

import errno
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data.durable import is_leftover
from data.stores import aside, generations
from data.stores.catalog import Catalog, views
from data.stores.library import Library
from data.stores.publishing import Say
from indexer.commit.adopt import adopt


@dataclass(frozen=True, slots=True)
class Survey:
    """What is on the disk against what the catalogue says.

    `leftovers` were being written when a process was killed, or no generation lists them; `strays` are shards without
    rows, and `lost` are the (video id, fingerprint) of rows without a shard.
    """

    leftovers: list[Path]
    strays: list[Path]
    lost: set[tuple[str, str]]


def survey(library: Library, catalog: Catalog) -> Survey:
    """Compare names only, in one walk of the library. Means nothing while somebody else writes to it.

    Raises OSError for a folder that can't be looked into: what lies there is not lost.
    """
    lost = {
        library.shard(fingerprint, video_id): (video_id, fingerprint)
        for video_id, fingerprint in views.embeddings(catalog)
    }
    leftovers: list[Path] = []
    strays: list[Path] = []
    _check_links(library)
    for folder, folders, names in _walk(library):
        leftovers += [folder / name for name in (*folders, *names) if is_leftover(name)]
        if folder.is_relative_to(library.vectors):
            strays += [folder / name for name in names if not is_leftover(name) and not lost.pop(folder / name, None)]
    leftovers += generations.unlisted(library)
    # A walk does not enter folders behind links; what is there is not lost for that.
    return Survey(leftovers, strays, {key for path, key in lost.items() if not path.exists()})


def tidy(library: Library, catalog: Catalog, found: Survey, *, say: Say) -> list[Path]:
    """Remove what was half written, and take stray shards into the catalogue; the caller holds the library's lock.

    Gives the strays that are of an older format, which are left where they are.
    """
    with library.removing() as allowed:
        for path in found.leftovers if allowed else ():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    return adopt(library, catalog, found.strays, say=say)


def _walk(library: Library) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Each folder with what is in it; the vectors may lie on another disk, behind a link."""
    # What is being written in the service's own folders is the service's.
    others = (library.vectors, library.thumbs, library.calibration, library.exports, library.folder / aside.NAME)
    for top in (library.folder, library.vectors):
        for place, folders, names in os.walk(top, onerror=_unless_gone):
            yield Path(place), folders, names
            folders[:] = [name for name in folders if not is_leftover(name) and Path(place) / name not in others]


def _check_links(library: Library) -> None:
    """The vectors, or those of one fingerprint, may lie on a disk that is not there now."""
    for folder in (library.vectors, *library.vectors.glob("*")):
        if folder.is_symlink() and not folder.exists():
            raise NotADirectoryError(errno.ENOTDIR, "leads nowhere: is its disk mounted?", str(folder))


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
