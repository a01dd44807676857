"""Videos to learn from: where they lie, what tells that they changed, and how they are read."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from data.manifests import Item, ManifestError, frames_of
from data.media.pixels import Fit, Pixels
from data.media.reading import EXTENSIONS
from data.media.views import Span, views_of
from data.types import VideoError
from models.recognition.facts import ClipShape
from models.training.encoders.clips import Source, stored_size

Say = Callable[[str], None]
Body = dict[str, Any]


def videos_below(root: Path) -> list[Path]:
    """Raises ManifestError where there is none."""
    found = sorted(path for path in root.rglob("*") if path.suffix.lower() in EXTENSIONS and path.is_file())
    if not found:
        raise ManifestError(f"{root}: no video in or below it")
    return found


def of_file(file: Path, label: int, clip: ClipShape, per_video: int, say: Say) -> Source:
    """So many clips of a video."""
    return Source(_stamp([file]), partial(_clips, file, clip, per_video, say), label)


def of_item(item: Item, label: int, clip: ClipShape, say: Say) -> Source:
    """A manifest's item as one clip."""
    files = [item.file] if item.file else list(item.frames)
    return Source(_stamp(files), partial(_shown, item, clip, say), label)


def _stamp(files: list[Path]) -> str:
    facts = [(file, file.stat()) for file in files if file.exists()]
    return "|".join(f"{file}:{status.st_size}:{status.st_mtime_ns}" for file, status in facts)


def _clips(file: Path, clip: ClipShape, per_video: int, say: Say) -> Pixels:
    try:
        return views_of(file, Span(clip.frames, clip.per_second), _fit(clip), clips=per_video)
    except VideoError as e:
        return _nothing(e, clip, say)


def _shown(item: Item, clip: ClipShape, say: Say) -> Pixels:
    try:
        return frames_of(item, _fit(clip), clip.frames)[np.newaxis]
    except ManifestError as e:
        return _nothing(e, clip, say)


def _nothing(error: Exception, clip: ClipShape, say: Say) -> Pixels:
    say(f"left out: {error}")
    return np.zeros((0, clip.frames, _fit(clip).size, _fit(clip).size, 3), np.uint8)


def _fit(clip: ClipShape) -> Fit:
    return Fit(stored_size(clip.size), "crop", "bicubic")
