"""Puts right what `verify` found, as far as the library and the files allow."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from data import snapshots, views
from data.aside import set_aside
from data.catalog import Catalog, joined, open_catalog
from data.library import Library
from data.types import NoSnapshot
from data.vectors import DamagedIndex
from data.wording import counted
from indexer.index import index
from indexer.problems import Problem
from indexer.progress import Reporter
from indexer.publish import Say, publish, serving
from indexer.rebuild import catalogue_anew
from indexer.repair import survey, tidy
from indexer.settings import IndexSettings
from indexer.verify import OpenPair, verify


def mend(
    library: Library, problems: list[Problem], *, settings: IndexSettings, reporter: Reporter, open_pair: OpenPair
) -> None:
    """Set damage aside, embed again what is lost and whose files are there, build the generation anew.

    A damaged or lost catalogue is made from the vectors.
    """
    kinds = {problem.kind for problem in problems}
    if kinds & {"catalogue", "row", "stray"}:
        _take_in(library, reporter.say, anew="catalogue" in kinds)
        # Only now it can be told what else is wrong; what a deep look found stays found.
        deep = [] if "catalogue" in kinds else [each for each in problems if each.kind in ("file", "vector")]
        problems = [*verify(library, settings, is_deep=False, open_pair=open_pair).problems, *deep]
    with _opened(library) as engine:
        _set_aside(library, engine, problems, reporter.say)
        tidy(library, engine, survey(library, engine), say=reporter.say)
        _fall_back(library)
        again = _files_of(engine, {video_id for video_id, _ in survey(library, engine).lost})
    again += [Path(problem.path) for problem in problems if problem.kind == "file"]
    if again:
        index(library, open_pair(), again, settings=settings, reporter=reporter)
    _publish_anew(library, problems, reporter.say)


def _take_in(library: Library, say: Say, *, anew: bool) -> None:
    """What no row tells of: into the catalogue, or into one that is made anew; the rest is set aside."""
    with library.writing():
        engine = catalogue_anew(library, say) if anew else open_catalog(library.catalog)
        try:
            if orphans := Catalog(engine).drop_orphans():
                say(f"{counted(orphans, 'row')} of the catalogue referred to nothing, and went")
            older = tidy(library, engine, survey(library, engine), say=say)
        finally:
            engine.dispose()
        if older:
            set_aside(library, older, "vectors that no row tells the times of are of no use", say)


def _publish_anew(library: Library, problems: list[Problem], say: Say) -> None:
    served = serving(library)
    if served is None or not {problem.kind for problem in problems} & {"generation", "vector"}:
        return
    with _opened(library) as engine:
        # A catalogue that was made anew knows no file yet: a generation of nothing would be no better than this one.
        if not views.servable(engine, served.fingerprint):
            return
        publish(library, engine, served, served.fingerprint, say=say, anew=True)
        damaged = {Path(each.path).name for each in problems if each.kind == "generation"}
        with library.removing() as allowed:
            if allowed:
                snapshots.remove(library, damaged.intersection(snapshots.generations(library)))
            elif damaged:
                say("a damaged generation is not served any more, and stays where it is until the backup is done")


@contextmanager
def _opened(library: Library) -> Iterator[Engine]:
    with library.writing():
        engine = open_catalog(library.catalog)
        try:
            yield engine
        finally:
            engine.dispose()


def _set_aside(library: Library, engine: Engine, problems: list[Problem], say: Say) -> None:
    places = {os.fsdecode(joined(each.root, each.path)): each for each in views.present(engine)}
    for problem in problems:
        damaged: Path | None = None
        if problem.kind in ("shard", "towers"):
            damaged = Path(problem.path)
        elif problem.kind == "vector" and problem.path in places:
            served = snapshots.current(library).fingerprint
            damaged = library.shard(served, str(places[problem.path].video_id))
        elif problem.kind == "file":
            # Neither its clips nor its stream are to be trusted until it has been indexed again.
            distrusted = replace(
                places[problem.path], indexed_mtime_ns=0, state="failed", stage="read", reason=problem.detail
            )
            Catalog(engine).record(distrusted)
        if damaged is not None and damaged.exists():
            set_aside(library, [damaged], f"{damaged} {problem.detail}", say)


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
        except (DamagedIndex, NoSnapshot):
            continue
        return
    library.current.unlink(missing_ok=True)


def _files_of(engine: Engine, video_ids: set[str]) -> list[Path]:
    return [
        Path(os.fsdecode(joined(place.root, place.path)))
        for place in views.present(engine)
        if place.video_id in video_ids
    ]
