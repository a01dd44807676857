"""What changes a library or checks it, each with the towers that the settings name."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from data.stores.library import Library
from indexer.afterwards import ALL, Choice
from indexer.commit.publish import OpenPair
from indexer.index import index
from indexer.progress import Reporter
from indexer.report import Report
from indexer.settings import IndexSettings
from indexer.towers import is_outdated, pair_for
from sceneseek.settings import runtime_of


def indexed(
    paths: Sequence[Path],
    *,
    settings: IndexSettings,
    reporter: Reporter,
    model: str | None = None,
    weights: Sequence[Path] = (),
    retry_failed: bool = False,
    without_absent: bool = False,
    wait: bool = False,
    choice: Choice = ALL,
) -> Report:
    """Index these paths, or all that is known. Raises as `indexer.index.index` does, UnknownModel, WeightsMissing."""
    library = Library.of(settings)
    pair = pair_for(library, model, tuple(weights), settings.models, runtime_of(settings))
    if model is None and is_outdated(pair):
        reporter.say(f"newer weights are here: `sceneseek index --model {pair.spec.name}` indexes everything anew")
    return index(
        library,
        pair,
        [path.expanduser() for path in paths],
        settings=settings,
        reporter=reporter,
        retry_failed=retry_failed,
        without_absent=without_absent,
        wait=wait,
        choice=choice,
    )


def own_pair(library: Library, settings: IndexSettings) -> OpenPair:
    """What opens the pair that indexed this library."""
    return partial(pair_for, library, None, (), settings.models, runtime_of(settings))
