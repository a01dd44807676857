"""Whisper by faster-whisper (CTranslate2), voice activity by Silero, whose model comes with that package."""

import hashlib
import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.published.cards import Card, HubFile
from models.speech.recogniser import RATE, Heard, Voice

_FILES = ("config.json", "model.bin", "tokenizer.json")
_VOCABULARY = ("vocabulary.txt", "vocabulary.json")
_ENDS = 1 << 20
# A language is taken for all of a video where it was as sure as this.
_SURE = 0.8


def _card(size: str, count: int, repo: str, vocabulary: str, more: tuple[str, ...] = ()) -> Card:
    files = (*_FILES, vocabulary, *more)
    return Card(
        name=f"whisper-{size}",
        dim=0,
        bytes=count,
        licence="MIT",
        files=f"{', '.join(files)} of huggingface.co/{repo}",
        hub=tuple(HubFile(repo, file) for file in files),
    )


CARDS: dict[str, Card] = {
    card.name: card
    for card in (
        _card("tiny", 75_500_000, "Systran/faster-whisper-tiny", "vocabulary.txt"),
        _card("base", 145_200_000, "Systran/faster-whisper-base", "vocabulary.txt"),
        _card("small", 483_500_000, "Systran/faster-whisper-small", "vocabulary.txt"),
        _card("medium", 1_527_900_000, "Systran/faster-whisper-medium", "vocabulary.txt"),
        _card(
            "large-v3-turbo",
            1_617_900_000,
            "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
            "vocabulary.json",
            ("preprocessor_config.json",),
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Weights:
    """A model that is there: its folder, its bytes, and what tells it from any other."""

    name: str
    folder: Path
    bytes: int
    digest: str


def is_installed() -> bool:
    """Whether the extra `speech` is."""
    return importlib.util.find_spec("faster_whisper") is not None


def weights_in(folder: Path, name: str) -> Weights | None:
    """None where they are not all there."""
    files = [folder / file for file in _FILES] + [each for file in _VOCABULARY if (each := folder / file).is_file()]
    if not all(file.is_file() for file in files) or len(files) == len(_FILES):
        return None
    count = (folder / "model.bin").stat().st_size
    return Weights(name, folder, count, _digest(folder / "model.bin", count))


def how_to_get(name: str, folder: Path) -> str:
    """In words, for people."""
    extra = "" if is_installed() else "pip install 'sceneseek[speech]', then "
    if name not in CARDS:
        return f"{extra}SCENESEEK_SPEECH_MODEL names one of {', '.join(CARDS)}, not {name!r}"
    return f"{extra}`sceneseek models get {name}`, or put {CARDS[name].files} into {folder}"


def _digest(file: Path, count: int) -> str:
    """Of both ends: what lies between differs no less, and would take seconds at every run."""
    digest = hashlib.blake2b(str(count).encode(), digest_size=16)
    with file.open("rb") as opened:
        digest.update(opened.read(_ENDS))
        opened.seek(max(0, count - _ENDS))
        digest.update(opened.read(_ENDS))
    return digest.hexdigest()


class Whisper:
    """Loads when it is first asked for words."""

    def __init__(self, weights: Weights, device: str, threads: int) -> None:
        self._weights, self._device, self._threads = weights, device, threads
        self._model: Any = None

    def voiced(self, sound: Voice) -> Sequence[tuple[float, float]]:
        from faster_whisper.vad import get_speech_timestamps

        return [(span["start"] / RATE, span["end"] / RATE) for span in get_speech_timestamps(sound)]

    def heard(self, sound: Voice, language: str | None) -> tuple[str | None, Iterator[list[Heard]]]:
        segments, info = self._loaded().transcribe(
            sound, language=language, vad_filter=True, word_timestamps=True, condition_on_previous_text=False
        )
        told = info.language if language or info.language_probability >= _SURE else None
        words = ([Heard(word.word, word.start, word.end) for word in segment.words or ()] for segment in segments)
        return told, words

    def _loaded(self) -> Any:
        if self._model is None:
            from faster_whisper import WhisperModel

            device = self._device.partition(":")[0]
            kind = "auto" if device == "auto" else "int8" if device == "cpu" else "default"
            self._model = WhisperModel(
                str(self._weights.folder),
                device=device,
                compute_type=kind,
                cpu_threads=self._threads,
                local_files_only=True,
            )
        return self._model
