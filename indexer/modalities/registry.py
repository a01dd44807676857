"""The modalities of a run, the visual one first: a library is searched by that, and others join it."""

from collections.abc import Callable

from indexer.modalities.modality import Modality
from indexer.modalities.visual import Visual
from indexer.settings import IndexSettings
from models.pair import Pair

MODALITIES: list[Callable[[Pair, IndexSettings], Modality]] = [Visual]


def modalities_for(pair: Pair, settings: IndexSettings) -> tuple[Modality, ...]:
    """Those that a run makes with this pair of towers."""
    return tuple(make(pair, settings) for make in MODALITIES)
