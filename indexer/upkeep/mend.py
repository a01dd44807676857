"""Puts right what `verify` found, as far as the library and the files allow."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from data.paths import joined
from data.stores import generations
from data.stores.aside import set_aside
from data.stores.catalog import Catalog, open_catalog, servable, views
from data.stores.library import Library
from data.stores.publishing import Say, serving
from data.stores.vectors.store import DamagedIndex
from data.types import NoGeneration
from data.wording import counted
from indexer.commit.publish import OpenPair, publish
from indexer.commit.repair import survey, tidy
from indexer.index import index
from indexer.progress import Reporter
from indexer.settings import IndexSettings
from indexer.upkeep.problems import Problem
from indexer.upkeep.rebuild import catalogue_anew
from indexer.upkeep.verify import verify


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
    with _opened(library) as catalog:
        _set_aside(library, catalog, problems, reporter.say)
        tidy(library, catalog, survey(library, catalog), say=reporter.say)
        _fall_back(library)
        again = _files_of(catalog, {video_id for video_id, _ in survey(library, catalog).lost})
    again += [Path(problem.path) for problem in problems if problem.kind == "file"]
    if again:
        index(library, open_pair(), again, settings=settings, reporter=reporter)
    _publish_anew(library, problems, reporter.say, open_pair)


def _take_in(library: Library, say: Say, *, anew: bool) -> None:
    """What no row tells of: into the catalogue, or into one that is made anew; the rest is set aside."""
    with library.writing():
        catalog = catalogue_anew(library, say) if anew else open_catalog(library.catalog_at)
        try:
            if orphans := catalog.drop_orphans():
                say(f"{counted(orphans, 'row')} of the catalogue referred to nothing, and went")
            older = tidy(library, catalog, survey(library, catalog), say=say)
        finally:
            catalog.close()
        if older:
            set_aside(library, older, "vectors that no row tells the times of are of no use", say)


def _publish_anew(library: Library, problems: list[Problem], say: Say, open_pair: OpenPair) -> None:
    served = serving(library)
    if served is None or not {problem.kind for problem in problems} & {"generation", "vector"}:
        return
    with _opened(library) as catalog:
        # A catalogue that was made anew knows no file yet: a generation of nothing would be no better than this one.
        if not len(servable.servable(catalog, served.fingerprint).video_ids):
            return
        publish(library, catalog, served, served.fingerprint, say=say, open_pair=open_pair, anew=True)
        damaged = {Path(each.path).name for each in problems if each.kind == "generation"}
        with library.removing() as allowed:
            if allowed:
                generations.remove(library, damaged.intersection(generations.names(library)))
                generations.remove_unlisted(library)
            elif damaged:
                say("a damaged generation is not served any more, and stays where it is until the backup is done")


@contextmanager
def _opened(library: Library) -> Iterator[Catalog]:
    with library.writing(), closing(open_catalog(library.catalog_at)) as catalog:
        yield catalog


def _set_aside(library: Library, catalog: Catalog, problems: list[Problem], say: Say) -> None:
    places = {os.fsdecode(joined(each.root, each.path)): each for each in views.present(catalog)}
    for problem in problems:
        damaged: Path | None = None
        if problem.kind in ("shard", "towers"):
            damaged = Path(problem.path)
        elif problem.kind == "vector" and problem.path in places:
            served = generations.current(library).fingerprint
            damaged = library.shard(served, str(places[problem.path].video_id))
        elif problem.kind == "file":
            # Neither its clips nor its stream are to be trusted until it has been indexed again.
            place = places[problem.path]
            distrusted = replace(place, indexed_mtime_ns=0, indexed_tag="")
            catalog.record(replace(distrusted, state="failed", stage="read", reason=problem.detail))
        if damaged is not None and _is_there(library, damaged):
            set_aside(library, [damaged], f"{damaged} {problem.detail}", say)


def _is_there(library: Library, path: Path) -> bool:
    is_shard = path.is_relative_to(library.vectors)
    return library.shards.present([path])[0] if is_shard else path.exists()


def _fall_back(library: Library) -> None:
    """When the published generation can't be read, serve the newest that can; without one the next run makes it."""
    # A damaged one keeps its name until another takes it: a kill in between would look like an empty library.
    with suppress(DamagedIndex):
        if serving(library) is not None:
            return
    for name in reversed(generations.names(library)):
        try:
            generations.publish(library, generations.read(library, name))
        except (DamagedIndex, NoGeneration):
            continue
        return
    library.current.unlink(missing_ok=True)


def _files_of(catalog: Catalog, video_ids: set[str]) -> list[Path]:
    return [
        Path(os.fsdecode(joined(place.root, place.path)))
        for place in views.present(catalog)
        if place.video_id in video_ids
    ]
