"""Videos in which a machine speaks, and a recogniser that knows nothing but how loud it is."""

import io
import shutil
import subprocess
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import numpy as np
import pytest

from models.speech.recogniser import RATE, Heard, Voice

_FPS = 8
_LOUD = 0.01
_FRAME = RATE // 50


def spoken_by_a_machine(text: str, *, voice: str = "en") -> Voice:
    """[samples] at `RATE`, by espeak-ng; skips where that is not installed."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed (Debian: espeak-ng)")
    said = subprocess.run(["espeak-ng", "-v", voice, "--stdout", text], capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(said)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768
        times_s = np.arange(round(len(samples) * RATE / file.getframerate())) / RATE
        return np.interp(times_s, np.arange(len(samples)) / file.getframerate(), samples).astype(np.float32)


def film_with_sound(path: Path, sound: Voice, *, duration_s: float) -> Path:
    """A black video with this sound, from its first second on, and silence after it."""
    samples = np.zeros(round(duration_s * RATE), np.float32)
    samples[: len(sound)] = sound[: len(samples)]
    with av.open(str(path), "w") as container:
        video, audio = container.add_stream("libx264", rate=_FPS), container.add_stream("aac", rate=RATE)
        video.width = video.height = 64
        video.pix_fmt = "yuv420p"
        audio.layout = "mono"
        for _ in range(round(duration_s * _FPS)):
            picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        for at in range(0, len(samples), 1024):
            frame = av.AudioFrame.from_ndarray(samples[np.newaxis, at : at + 1024], format="fltp", layout="mono")
            frame.rate, frame.pts = RATE, at
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    return path


class LoudRecogniser:
    """Hears a word wherever it is loud, and calls them by their number."""

    def voiced(self, sound: Voice) -> Sequence[tuple[float, float]]:
        frames = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)
        loud = np.flatnonzero(np.abs(frames).max(axis=1, initial=0) > _LOUD)
        runs = np.split(loud, np.flatnonzero(np.diff(loud) > 10) + 1) if len(loud) else []
        return [(int(run[0]) * _FRAME / RATE, (int(run[-1]) + 1) * _FRAME / RATE) for run in runs]

    def heard(self, sound: Voice, language: str | None) -> tuple[str | None, Iterator[list[Heard]]]:
        spans = self.voiced(sound)
        words = ([Heard(f" word{number}", start_s, end_s)] for number, (start_s, end_s) in enumerate(spans))
        return language or "en", words


def loud_recogniser() -> LoudRecogniser:
    return LoudRecogniser()


class SilentRecogniser(LoudRecogniser):
    """Is never asked for words."""

    def voiced(self, sound: Voice) -> Sequence[tuple[float, float]]:
        return []

    def heard(self, sound: Voice, language: str | None) -> tuple[str | None, Iterator[list[Heard]]]:
        raise AssertionError("nobody speaks")


def silent_recogniser() -> SilentRecogniser:
    return SilentRecogniser()
