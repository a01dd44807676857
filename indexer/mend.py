"""Puts right what `verify` found, as far as the library and the files allow."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from data import snapshots, views
from data.catalog import Catalog, joined, open_catalog
from data.library import Library
from data.vectors import DamagedIndex
from indexer.index import index
from indexer.progress import Reporter
from indexer.publish import publish, serving
from indexer.repair import survey, tidy
from indexer.settings import IndexSettings
from indexer.verify import OpenPair, Problem


def mend(
    library: Library, problems: list[Problem], *, settings: IndexSettings, reporter: Reporter, open_pair: OpenPair
) -> None:
    """Remove litter and damage, embed again what is lost and whose files are there, build the generation anew.

    A damaged catalogue can't be mended: that takes a backup.
    """
    kinds = {problem.kind for problem in problems}
    if "catalogue" in kinds:
        return
    with _opened(library) as engine:
        _remove(library, engine, problems)
        tidy(library, survey(library, engine))
        _fall_back(library)
        again = _files_of(engine, {video_id for video_id, _ in survey(library, engine).lost})
    again += [Path(problem.path) for problem in problems if problem.kind == "file"]
    if again:
        index(library, open_pair(), again, settings=settings, reporter=reporter)
    served = serving(library)
    if served is not None and kinds & {"generation", "vector"}:
        with _opened(library) as engine:
            publish(library, engine, served, served.fingerprint, say=reporter.say, anew=True)
            damaged = {Path(each.path).name for each in problems if each.kind == "generation"}
            snapshots.remove(library, damaged.intersection(snapshots.generations(library)))


@contextmanager
def _opened(library: Library) -> Iterator[Engine]:
    with library.writing():
        engine = open_catalog(library.catalog)
        try:
            yield engine
        finally:
            engine.dispose()


def _remove(library: Library, engine: Engine, problems: list[Problem]) -> None:
    places = {os.fsdecode(joined(each.root, each.path)): each for each in views.present(engine)}
    for problem in problems:
        if problem.kind == "shard":
            Path(problem.path).unlink(missing_ok=True)
        elif problem.kind == "towers":
            shutil.rmtree(problem.path)
        elif problem.kind == "vector" and problem.path in places:
            served = snapshots.current(library).fingerprint
            library.shard(served, str(places[problem.path].video_id)).unlink(missing_ok=True)
        elif problem.kind == "file":
            # Neither its clips nor its stream are to be trusted until it has been indexed again.
            distrusted = replace(
                places[problem.path], indexed_mtime_ns=0, state="failed", stage="read", reason=problem.detail
            )
            Catalog(engine).record(distrusted)


def _fall_back(library: Library) -> None:
    """When the published generation can't be read, serve the newest that can; without one the next run makes it."""
    try:
        serving(library)
    except DamagedIndex:
        library.current.unlink()
    if serving(library) is not None:
        return
    for name in reversed(snapshots.generations(library)):
        try:
            snapshots.publish(library, snapshots.read(library, name))
        except DamagedIndex:
            continue
        return
    library.current.unlink(missing_ok=True)


def _files_of(engine: Engine, video_ids: set[str]) -> list[Path]:
    return [
        Path(os.fsdecode(joined(place.root, place.path)))
        for place in views.present(engine)
        if place.video_id in video_ids
    ]
