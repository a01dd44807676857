"""Lists of pictures or videos with captions, as `eval` and `train` read them."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from data.media.pixels import Fit, Pixels, on_black
from data.media.reading import frames_at, midpoints, readable_s
from data.types import VideoError


class ManifestError(Exception):
    """A manifest that can't be used; the message names the file, the line and the reason."""


@dataclass(frozen=True, slots=True)
class Item:
    """One video: either a `file` or its `frames` as pictures in time order; it may have no captions."""

    id: str
    file: Path | None
    frames: tuple[Path, ...]
    captions: tuple[str, ...]


def read_manifest(path: Path) -> list[Item]:
    """Items in the order of the file; raises ManifestError for the first line that is not one."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as e:
        raise ManifestError(f"{path}: can't be read ({e})") from e
    items = [_item(line, f"{path}:{n}", path.parent) for n, line in enumerate(lines, 1) if line.strip()]
    if not items:
        raise ManifestError(f"{path}: no items")
    _refuse_twins(items, path)
    return items


def _item(line: str, where: str, folder: Path) -> Item:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as e:
        raise ManifestError(f"{where}: not JSON ({getattr(e, 'msg', e)})") from e
    if not isinstance(record, dict):
        raise ManifestError(f"{where}: expected an object, got {type(record).__name__}")
    if ("file" in record) == ("frames" in record):
        raise ManifestError(f'{where}: needs "file" or "frames", one of them')
    frames = _strings(record, "frames", where)
    if "frames" in record and not frames:
        raise ManifestError(f'{where}: "frames" is empty')
    file = folder / _string(record, "file", where) if "file" in record else None
    captions = tuple(c for c in _strings(record, "captions", where) if c.strip())
    return Item(_string(record, "id", where), file, tuple(folder / f for f in frames), captions)


def _string(record: dict[str, object], key: str, where: str) -> str:
    value = record.get(key)
    if not isinstance(value, str) or not value:
        raise ManifestError(f'{where}: "{key}" must be a string that is not empty, got {value!r}')
    return value


def _strings(record: dict[str, object], key: str, where: str) -> list[str]:
    value = record.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ManifestError(f'{where}: "{key}" must be a list of strings, got {value!r}')
    return value


def _refuse_twins(items: list[Item], path: Path) -> None:
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise ManifestError(f"{path}: two items have the id {item.id!r}")
        seen.add(item.id)


def read_names(path: Path) -> tuple[str, ...]:
    """Names in order, such as of classes: one a line, or JSON of names and their numbers. Raises ManifestError."""
    try:
        text = path.read_text(encoding="utf-8")
        numbered: Mapping[str, str | int] | None = json.loads(text) if path.suffix == ".json" else None
        names = [line.strip() for line in text.splitlines() if line.strip()] if numbered is None else list(numbered)
        places = range(len(names)) if numbered is None else [int(numbered[name]) for name in names]
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as e:
        raise ManifestError(f"{path}: no list of names ({e!r})") from e
    if sorted(places) != list(range(len(names))):
        twice = [number for number, count in Counter(places).items() if count > 1]
        raise ManifestError(f"{path}: names are numbered from 0 to {len(names) - 1}, each once; twice: {twice}")
    return tuple(name for _, name in sorted(zip(places, names, strict=True)))


def slots(given: int, wanted: int) -> NDArray[np.intp]:
    """Which of `given` frames fills each of `wanted` slots: ⌊(i+½)·given/wanted⌋."""
    return ((np.arange(wanted) + 0.5) * given / wanted).astype(np.intp)


def frames_of(item: Item, fit: Fit, count: int) -> Pixels:
    """[count, S, S, 3]: a file's pictures at the midpoints of its whole length, or given ones repeated or thinned.

    Raises ManifestError for what can't be read.
    """
    if item.file is None:
        chosen, place = np.unique(slots(len(item.frames), count), return_inverse=True)
        return pictures(item, fit, chosen.tolist())[place]
    try:
        return frames_at(item.file, midpoints(0.0, readable_s(item.file), count).tolist(), fit.scaler()).pixels
    except (VideoError, ValueError) as e:  # a name that no file can have is a ValueError
        raise ManifestError(f"item {item.id!r} can't be read: {e}") from e


def pictures(item: Item, fit: Fit, chosen: Sequence[int] | None = None) -> Pixels:
    """The item's own frames (all, or the `chosen` ones), [n, S, S, 3]; raises ManifestError."""
    paths = item.frames if chosen is None else [item.frames[i] for i in chosen]
    return np.stack([fit.picture(_picture(path, item.id)) for path in paths])


def _picture(path: Path, item_id: str) -> Pixels:
    try:
        with Image.open(path) as image:
            return np.asarray(on_black(image))
    except MemoryError:
        raise
    except Exception as e:
        # Also too many pixels; and Pillow's readers raise whatever they stumble over.
        raise ManifestError(f"item {item_id!r} can't be read: {path} ({e})") from e
