"""The modality of speech: voice activity first, then words with their times where somebody speaks."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from data.identity import fingerprint_of
from data.media.voice import RATE, Voice, voice
from data.sandbox.process import Work
from data.types import Location, Video
from indexer.modalities.lines import NOTHING, Beat, Beside, Line, Lines
from indexer.settings import IndexSettings
from models.speech.recogniser import Heard, Recogniser
from models.speech.whisper import Weights, Whisper, how_to_get, is_installed, weights_in

NAME = "speech"
FORMAT = 1
# So much sound is held at a time, and what is cut off in the middle of a word goes on in the next block.
BLOCK_S = 300.0
_END_S = 1.0
# A line is what is read at a glance.
LONGEST_S, MOST_LETTERS = 7.0, 84
_ENDS = (".", "?", "!", "…", "。", "？", "！", "।", "؟")
# Weights are read into memory, and worked on beside it.
_SPARE_BYTES, _TIMES_WEIGHTS = 3 << 30, 3

Make = Callable[[], Recogniser]


class Speech:
    """One file at a time, with all cores."""

    name = NAME
    at_once = 1

    def __init__(self, make: Make, facts: dict[str, object], memory_bytes: int = _SPARE_BYTES) -> None:
        self._make, self.memory_bytes = make, memory_bytes
        cut = [BLOCK_S, _END_S, LONGEST_S, MOST_LETTERS]
        self.fingerprint = fingerprint_of({"speech": FORMAT, "recogniser": facts, "cut": cut})

    def wants(self, video: Video) -> bool:
        return video.has_audio

    def beside(self, places: Sequence[Location]) -> Beside:  # noqa: ARG002  the sound is in the file
        return NOTHING

    def work(self) -> Work:
        return partial(read, self._make)


def speech(settings: IndexSettings) -> Speech | None:
    """None where the extra or the weights are missing: `how_to_get_speech` says what to do."""
    name = settings.speech_model
    weights = weights_in(settings.models / name, name) if is_installed() else None
    if weights is None:
        return None
    memory_bytes = max(settings.decoder_memory_mb << 20, _SPARE_BYTES + _TIMES_WEIGHTS * weights.bytes)
    make = partial(_whisper, weights, settings.device, os.cpu_count() or 1)
    return Speech(make, {"whisper": weights.digest}, memory_bytes)


def how_to_get_speech(settings: IndexSettings) -> str:
    """In words, for people."""
    return how_to_get(settings.speech_model, settings.models / settings.speech_model)


# A process reads many files with one model.
@lru_cache(maxsize=1)
def _whisper(weights: Weights, device: str, threads: int) -> Recogniser:
    return Whisper(weights, device, threads)


def read(make: Make, beat: Beat, path: Path, video: Video, beside: Beside) -> Iterator[Lines]:  # noqa: ARG001
    """The lines of one video, as a sandbox makes them."""
    lines: list[Line] = []
    language: str | None = None
    recogniser = make()
    for start_s, sound in _blocks(recogniser, path, beat):
        beat()
        told, sentences = recogniser.heard(sound, language)
        language = language or told
        for sentence in sentences:
            beat()
            lines += _lines(sentence, start_s, language, video.duration_s)
    yield Lines(lines)


def _blocks(recogniser: Recogniser, path: Path, beat: Beat) -> Iterator[tuple[float, Voice]]:
    """Sound in which somebody speaks, and where it begins, cut where nobody does as far as possible."""
    held, start_s = np.empty(0, np.float32), 0.0
    for block in voice(path, BLOCK_S, beat):
        beat()
        sound = np.concatenate([held, block])
        spans = recogniser.voiced(sound)
        until = _until(spans, len(sound)) if len(block) == round(BLOCK_S * RATE) else len(sound)
        if any(begin * RATE < until for begin, _ in spans):
            yield start_s, sound[:until]
        held, start_s = sound[until:], start_s + until / RATE
    if len(held) and recogniser.voiced(held):
        yield start_s, held


def _until(spans: Sequence[tuple[float, float]], length: int) -> int:
    """Where what is spoken at the end of a block begins, unless that is all of it."""
    if not spans or spans[-1][1] * RATE < length - _END_S * RATE or spans[-1][0] <= 0:
        return length
    return round(spans[-1][0] * RATE)


def _lines(words: Sequence[Heard], start_s: float, language: str | None, most_s: float) -> Iterator[Line]:
    line: list[Heard] = []
    for word in words:
        if line and (_is_full(line, word) or line[-1].text.rstrip().endswith(_ENDS)):
            yield from _line(line, start_s, language, most_s)
            line = []
        line.append(word)
    yield from _line(line, start_s, language, most_s)


def _is_full(line: Sequence[Heard], word: Heard) -> bool:
    letters = sum(len(each.text) for each in line) + len(word.text)
    return word.end_s - line[0].start_s > LONGEST_S or letters > MOST_LETTERS


def _line(line: Sequence[Heard], start_s: float, language: str | None, most_s: float) -> Iterator[Line]:
    text = " ".join("".join(word.text for word in line).split())
    if not text or start_s + line[0].start_s >= most_s:
        return
    starts_s = tuple(round(start_s + word.start_s, 2) for word in line)
    end_s = min(max(start_s + line[-1].end_s, starts_s[0] + 0.1), most_s)
    # Scripts without spaces have more words than the text has pieces.
    yield Line(starts_s[0], end_s, text, language, starts_s if len(text.split()) == len(line) else ())
