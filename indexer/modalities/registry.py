"""The modalities of a run, the visual one first: a library is searched by that, and others join it."""

from collections.abc import Callable

from indexer.modalities.actions import actions, how_to_get_actions
from indexer.modalities.lines import Transcriber
from indexer.modalities.modality import Modality
from indexer.modalities.screen_text import how_to_get_screen_text, screen_text
from indexer.modalities.speech import how_to_get_speech, speech
from indexer.modalities.subtitles import Subtitles
from indexer.modalities.visual import NAME, Visual
from indexer.settings import IndexSettings
from models.pair import Pair

MODALITIES: list[Callable[[Pair, IndexSettings], Modality]] = [Visual]
"""Made first, of one decode."""

AFTERWARDS: dict[str, Callable[[IndexSettings], Modality | Transcriber | None]] = {
    "subtitles": Subtitles,
    "screen_text": screen_text,
    "speech": speech,
    "actions": actions,
}
"""Made when those are published, one after the other, by their names; None where one can't be made here."""

HOW_TO_GET: dict[str, Callable[[IndexSettings], str]] = {
    "screen_text": how_to_get_screen_text,
    "speech": how_to_get_speech,
    "actions": how_to_get_actions,
}
"""What to do where one can't be made."""


def modalities_for(pair: Pair, settings: IndexSettings) -> tuple[Modality, ...]:
    """Those that a run makes with this pair of towers."""
    return tuple(make(pair, settings) for make in MODALITIES)


def names() -> list[str]:
    """Of all that may be asked for by name."""
    return [NAME, *AFTERWARDS]
