"""What is written on the screen: titles, subtitles burnt in, slides, signs; each line with its span."""

from collections.abc import Callable, Sequence

from data.identity import fingerprint_of
from indexer.modalities.modality import ClipFrames
from indexer.modalities.screen import glance, ocr, reader, sight, strays, tracks
from indexer.modalities.screen.ocr import NoModels, Ocr, rapid_ocr
from indexer.modalities.screen.reader import NAME, ScreenReader, texts
from indexer.modalities.visual import GRID_PER_SECOND
from indexer.settings import IndexSettings

FORMAT = 1
_AT_ONCE = 64
# What the models and a picture of video take beside the codec.
LEAST_MEMORY_MB = 1024


def fingerprint() -> str:
    """Everything that decides which lines are found, in one name. Raises NoModels."""
    parts = {"sight": sight, "glance": glance, "tracks": tracks, "strays": strays, "reader": reader, "ocr": ocr}
    facts = {name: part.facts() for name, part in parts.items()}
    return fingerprint_of({"format": FORMAT, "grid_per_second": GRID_PER_SECOND, **facts})


class Lines:
    """They come read: what is read needs the film, and is read where that is decoded."""

    at_once = _AT_ONCE

    def make(self, spans: Sequence[ClipFrames]) -> list[str]:
        return texts(spans)

    def check(self, like: ClipFrames) -> None:
        """Nothing is made of pictures here."""


class ScreenText:
    """The modality of lines on the screen."""

    name = NAME
    on_device = False

    def __init__(self, read_by: Callable[[], Ocr] = rapid_ocr) -> None:
        self._read_by = read_by
        self.fingerprint = fingerprint()

    def reader(self) -> ScreenReader:
        return ScreenReader(self._read_by)

    def maker(self) -> Lines:
        return Lines()


def screen_text(settings: IndexSettings) -> ScreenText | None:
    """None where it can't be made here; `how_to_get_screen_text` says why."""
    return None if _lacks(settings) else ScreenText()


def how_to_get_screen_text(settings: IndexSettings) -> str:
    """What to do where it can't be made; nothing where it can."""
    return _lacks(settings) or ""


def _lacks(settings: IndexSettings) -> str | None:
    if settings.decoder_memory_mb < LEAST_MEMORY_MB:
        return f"text on screen needs SCENESEEK_DECODER_MEMORY_MB of at least {LEAST_MEMORY_MB}"
    try:
        fingerprint()
    except NoModels as error:
        return f"{error}: install it anew (pip install --force-reinstall rapidocr)"
    return None
