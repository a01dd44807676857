"""The core types. Times are seconds on the player's clock, intervals are half-open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.paths import shown

State = Literal["indexed", "partial", "failed", "skipped", "gone"]
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Video:
    """Content, wherever it lies: `id` is the BLAKE2b-128 of all bytes, `taken_at` is UTC."""

    id: str
    duration_s: float
    width: int
    height: int
    fps: float
    codec: str
    has_audio: bool
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Location:
    """One file at one place: what was indexed there, and what the last look found.

    `root` is absolute and `path` relative to it, both as `os.fsencode` gives them. `source` says whose names they are.
    `tag` and `indexed_tag` stand beside size and time where a source gives a tag of its own for each state of a file.
    """

    root: bytes
    path: bytes
    video_id: str | None
    indexed_size_bytes: int | None
    indexed_mtime_ns: int | None
    state: State
    stage: str | None
    reason: str | None
    size_bytes: int
    mtime_ns: int
    seen_at: datetime
    source: str = "files"
    tag: str | None = None
    indexed_tag: str | None = None


@dataclass(frozen=True, slots=True)
class Disk:
    """What a folder lay on when files on it were last seen: a device, by its number."""

    device: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Forgotten:
    """An absolute path, as `os.fsencode` gives it, that stays out until it is named."""

    path: bytes
    forgotten_at: datetime


@dataclass(frozen=True, slots=True)
class Shot:
    """What the camera showed between two cuts; `number` counts from 0 within its video."""

    video_id: str
    fingerprint: str
    number: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Clip:
    """A searchable piece of a shot; `id` is the same on every machine."""

    id: int
    video_id: str
    fingerprint: str
    number: int
    shot_number: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Words:
    """What was said or written in a stretch of a video; `number` counts from 0 within its video and fingerprint.

    `language` is a tag such as "de" or "pt-BR", where it is known; `word_starts_s` says when each word of the text (as
    `str.split` gives them) begins, where that is known.
    """

    video_id: str
    fingerprint: str
    number: int
    start_s: float
    end_s: float
    text: str
    language: str | None = None
    word_starts_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """That `holder` works on a video, for one fingerprint, until then."""

    video_id: str
    fingerprint: str
    holder: str
    until: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """`pixels` is [T, H, W, 3] uint8 RGB, `times_s` is [T], ascending."""

    pixels: NDArray[np.uint8]
    times_s: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.pixels.ndim != 4 or self.pixels.shape[-1] != 3 or self.pixels.dtype != np.uint8:
            raise ValueError(f"pixels must be [T, H, W, 3] uint8, got {self.pixels.shape} {self.pixels.dtype}")
        if self.times_s.shape != (len(self.pixels),):
            raise ValueError(f"times_s must be [{len(self.pixels)}], got {self.times_s.shape}")


@dataclass(frozen=True, slots=True)
class Moment:
    """Neighbouring hits of one shot; `score` is what it was ranked by, `best_s` its peak."""

    video: Video
    start_s: float
    end_s: float
    best_s: float
    score: float
    cosine: float | None
    confidence: Confidence | None


@dataclass(frozen=True, slots=True)
class PublishedModality:
    """What a generation holds of one modality: `segments` by name, oldest first, and what they were measured with.

    `sample` names the clips that stand for all of them; `stamp` is "" where not all of them could be measured. One that
    keeps words, or vectors that nobody searches, has its `fingerprint` alone: that is what the catalogue knows it by.
    """

    fingerprint: str
    engine: str = ""
    segments: tuple[str, ...] = ()
    sample: str | None = None
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Generation:
    """One published generation, never changed once it is there.

    `weights_sha256` is of the pair that made its vectors: only that pair may embed queries for it. One of the first
    format knows no `modalities`: all its vectors lie in its own folder.
    """

    generation: str
    model: str
    weights_sha256: str
    dim: int
    fingerprint: str
    clip_count: int
    created_at: datetime
    folder: Path
    modalities: Mapping[str, PublishedModality] = field(default_factory=dict)


class VideoError(Exception):
    """One file could not be indexed; the others go on."""

    def __init__(self, path: Path, stage: str, reason: str) -> None:
        super().__init__(f"{shown(path)}: {stage}: {reason}")
        self.path, self.stage, self.reason = path, stage, reason

    def __reduce__(self) -> tuple[type["VideoError"], tuple[Path, str, str]]:
        return type(self), (self.path, self.stage, self.reason)


class NoGeneration(Exception):
    """Nothing has been published in this library yet."""


class LibraryBusy(Exception):
    """Another live process is writing to this library."""


class QueryError(Exception):
    """A query that cannot be understood; `position` is the offending character, or None."""

    def __init__(self, position: int | None, reason: str) -> None:
        super().__init__(reason)
        self.position, self.reason = position, reason

    def __reduce__(self) -> tuple[type["QueryError"], tuple[int | None, str]]:
        return type(self), (self.position, self.reason)
