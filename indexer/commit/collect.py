"""Old generations go, and with them what only they needed."""

import shutil
from collections.abc import Collection, Sequence

from data.stores import generations
from data.stores.catalog import Catalog, servable, views
from data.stores.library import Library
from data.stores.publishing import others_of, serving
from data.stores.unplaced import Key, set_unplaced, unplaced
from data.stores.vectors.contents import keys_of
from data.stores.vectors.store import DamagedIndex
from data.types import NoGeneration
from indexer.commit.repair import survey


def prune(library: Library, *, keep: int) -> None:
    """Leave `keep` generations, and all rows and shards: a run that goes on may yet find the file that needs them.

    Does nothing before there is any, and while a backup is being written.
    """
    is_serving = serving(library) is not None
    with library.removing() as allowed:
        if is_serving and allowed:
            _prune(library, keep)


def collect(library: Library, catalog: Catalog, *, keep: int, also: Collection[str] = ()) -> None:
    """Leave `keep` generations, and the rows and shards that one of them lists or a present file needs.

    Files need what is served, what a change of model has made so far, and what is made of these fingerprints `also`.
    Does nothing while a backup is being written.
    """
    served = serving(library)
    with library.removing() as allowed:
        if served is None or not allowed:
            return
        _prune(library, keep)
        try:
            kept = [generations.read(library, name) for name in generations.names(library)]
            listed = set().union(*(keys_of(library, each, catalog) for each in kept))
        except (NoGeneration, DamagedIndex):
            # What a damaged one needs can't be told, so everything stays until it has gone or is repaired.
            return
        lost = survey(library, catalog).lost
        used = {served.fingerprint, *others_of(served).values(), *also}
        doomed = _doomed(library, catalog, used, listed, lost)
        # What was not there a moment ago may be there again: its rows go, it does not.
        remove(library, catalog, doomed, but=lost)
        needed = {each.fingerprint for each in kept} | ({shadow} if (shadow := library.shadow()) else set())
        _remove_towers(library, needed)
        library.forget_weights(but=needed)


def remove(library: Library, catalog: Catalog, doomed: Sequence[Key], *, but: Collection[Key] = ()) -> None:
    """Drop the rows of these (video id, fingerprint), and their shards, `but` those."""
    leaving = library.shards.leave([library.shard(each[1], each[0]) for each in doomed if each not in but])
    if doomed:
        catalog.drop(doomed)
    for path in leaving:
        path.unlink()


def _prune(library: Library, keep: int) -> None:
    generations.prune(library, keep=keep)
    generations.remove_unlisted(library)


def _doomed(library: Library, catalog: Catalog, used: set[str], listed: set[Key], lost: set[Key]) -> list[Key]:
    shadow = library.shadow()
    idle = set(servable.idle(catalog, used | ({shadow} if shadow else set())))
    # When all are, that rather tells of a disk that is not mounted.
    if lost != set(views.embeddings(catalog)):
        idle |= lost
    return sorted(idle - listed - _waiting(library, catalog))


def _waiting(library: Library, catalog: Catalog) -> set[Key]:
    """What has no place since it came back from its vectors: not even a file that has gone tells of it."""
    noted = unplaced(library)
    if not noted:
        return noted
    placed = servable.placed(catalog)
    waiting = {key for key in noted.intersection(views.embeddings(catalog)) if key[0] not in placed}
    if waiting != noted:
        set_unplaced(library, waiting)
    return waiting


def _remove_towers(library: Library, needed: set[str]) -> None:
    for folder in library.towers_kept():
        if folder.name not in needed:
            shutil.rmtree(folder)
