"""Old generations go, and with them what only they needed."""

import os
import shutil
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from data import snapshots, views
from data.catalog import Catalog
from data.library import Library
from data.positions import Positions
from data.types import NoSnapshot, Snapshot
from data.unplaced import Key, set_unplaced, unplaced
from data.vectors import DamagedIndex, Ids
from indexer.publish import serving
from indexer.repair import survey


def collect(library: Library, engine: Engine, *, keep: int) -> None:
    """Leave `keep` generations, and the rows and shards that one of them lists or a present file needs.

    Files need what is served and what a change of model has made so far. Does nothing while a backup is being written.
    """
    served = serving(library)
    with library.removing() as allowed:
        if served is None or not allowed:
            return
        snapshots.prune(library, keep=keep)
        try:
            kept = [snapshots.read(library, name) for name in snapshots.generations(library)]
            listed = _listed(kept)
        except (NoSnapshot, DamagedIndex):
            # What a damaged one needs can't be told, so everything stays until it has gone or is repaired.
            return
        lost = survey(library, engine).lost
        doomed = _doomed(library, engine, served.fingerprint, listed, lost)
        # What was not there a moment ago may be there again: its rows go, it does not.
        leaving = _out_of_sight(library, [key for key in doomed if key not in lost])
        if doomed:
            Catalog(engine).drop(doomed)
        for path in leaving:
            path.unlink()
        needed = {each.fingerprint for each in kept} | ({shadow} if (shadow := library.shadow()) else set())
        _remove_towers(library, needed)
        library.forget_weights(but=needed)


def _out_of_sight(library: Library, doomed: list[Key]) -> list[Path]:
    """Shards under names that `tidy` clears away: without rows they would be taken in again after a kill."""
    leaving: list[Path] = []
    for video_id, fingerprint in doomed:
        path = library.shard(fingerprint, video_id)
        leaving.append(path.rename(path.with_name(f".{path.name}.{os.getpid()}.tmp")))
    return leaving


def _doomed(library: Library, engine: Engine, served: str, listed: Ids, lost: set[Key]) -> list[Key]:
    idle = views.clips_beyond(engine, {served, library.shadow() or served})
    # When all are, that rather tells of a disk that is not mounted.
    for video_id, fingerprint in lost if lost != set(views.embeddings(engine)) else ():
        idle[video_id, fingerprint] = [clip.id for clip in views.clips_of(engine, video_id, fingerprint)]
    waiting, positions = _waiting(library, engine), Positions(listed)
    return [key for key, ids in idle.items() if key not in waiting and not len(positions.of(np.array(ids, np.int64)))]


def _waiting(library: Library, engine: Engine) -> set[Key]:
    """What has no place since it came back from its vectors: not even a file that has gone tells of it."""
    noted = unplaced(library)
    if not noted:
        return noted
    placed = views.placed(engine)
    waiting = {key for key in noted.intersection(views.embeddings(engine)) if key[0] not in placed}
    if waiting != noted:
        set_unplaced(library, waiting)
    return waiting


def _listed(kept: list[Snapshot]) -> Ids:
    ids: Ids = np.unique(np.concatenate([snapshots.clip_ids(each) for each in kept]))
    return ids


def _remove_towers(library: Library, needed: set[str]) -> None:
    for folder in library.towers_kept():
        if folder.name not in needed:
            shutil.rmtree(folder)
