"""What a killed run or a lost catalogue left behind, and which vectors are missing."""

import errno
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from data.durable import is_leftover
from data.stores import aside, generations
from data.stores.catalog import Catalog, views
from data.stores.library import Library
from data.stores.publishing import Say
from data.wording import counted
from indexer.commit.adopt import adopt


@dataclass(frozen=True, slots=True)
class Survey:
    """What is on the disk against what the catalogue says.

    `leftovers` were being written when a process was killed, or no generation lists them; `strays` are shards without
    rows, and `lost` are the (video id, fingerprint) of rows without a shard. `unsent` are needed, and lie in the folder
    only, where they are to be kept elsewhere.
    """

    leftovers: list[Path]
    strays: list[Path]
    lost: set[tuple[str, str]]
    unsent: list[Path] = field(default_factory=list)


def survey(library: Library, catalog: Catalog) -> Survey:
    """Compare names only, in one walk of the library. Means nothing while somebody else writes to it.

    Raises OSError for a folder that can't be looked into: what lies there is not lost.
    """
    rows = {
        library.shard(fingerprint, video_id): (video_id, fingerprint)
        for video_id, fingerprint in views.embeddings(catalog)
    }
    leftovers: list[Path] = []
    here: set[Path] = set()
    _check_links(library)
    for folder, folders, names in _walk(library):
        leftovers += [folder / name for name in (*folders, *names) if is_leftover(name)]
        if folder.is_relative_to(library.vectors):
            here.update(folder / name for name in names if not is_leftover(name))
    leftovers += generations.unlisted(library)
    kept = library.shards.names(here)
    # A walk does not enter folders behind links; what is there is not lost for that.
    lost = {key for path, key in rows.items() if path not in kept and not path.exists()}
    unsent = sorted(here.intersection(rows) - kept)
    return Survey(leftovers, sorted(kept.difference(rows)), lost, unsent)


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
    if found.unsent:
        say(f"the vectors of {counted(len(found.unsent), 'video')} are being put into {library.store}")
        library.shards.send(found.unsent)
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
