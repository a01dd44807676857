"""Sets of sentences with the seconds in which they hold: QVHighlights, Charades-STA and TVR."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data.academic.captioned import places
from data.manifests import ManifestError
from data.records import Record, lines_of, once, records_of

Windows = tuple[tuple[float, float], ...]
# Where the video of each id may lie.
Videos = dict[str, tuple[Path, ...]]

_CLIP_S, _PEOPLE = 2.0, 3
_CHARADES = re.compile(r"(\S+) (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)\s*##(.+)")


@dataclass(frozen=True, slots=True)
class Sought:
    """A sentence, and the windows [start, end) in seconds of its video in which it holds.

    `saliency`: of a clip of two seconds by its number, how much it is worth to each of three people, 0 to 4.
    """

    id: str
    video: str
    sentence: str
    windows: Windows
    saliency: dict[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MomentSet:
    """Sentences of a split and their videos, looked at every `step_s`; `empty` sentences had a window of no length."""

    split: str
    usual: int
    step_s: float
    videos: Videos
    sought: tuple[Sought, ...]
    empty: int = 0


@dataclass(frozen=True, slots=True)
class Moments:
    """How a set is read; the first split is the usual one. `corpus`: its moments are also sought in all its videos."""

    splits: tuple[str, ...]
    read: Callable[[Path, str], MomentSet]
    corpus: bool = False


def _qvhighlights(root: Path, split: str) -> MomentSet:
    name = {"val": "highlight_val_release", "test": "highlight_test_with_gt"}[split]
    file = root / f"{name}.jsonl"
    sought = [_highlighted(r, file) for r in records_of(file, {"qid", "query", "vid", "relevant_windows"})]
    videos = {one.video: places(root / "videos", one.video) for one in sought}
    return _set(split, {"val": 1_550, "test": 1_542}[split], _CLIP_S, videos, sought, file)


def _highlighted(record: Record, file: Path) -> Sought:
    where = f"{file}: query {record['qid']}"
    clips, worth = record.get("relevant_clip_ids") or [], record.get("saliency_scores") or []
    if len(clips) != len(worth) or not all(map(_is_second, clips)) or not all(map(_is_worth, worth)):
        raise ManifestError(f"{where}: {len(clips)} relevant clips and {len(worth)} saliency scores of three people")
    windows = tuple(_window(pair, where) for pair in record["relevant_windows"])
    saliency = {int(clip): tuple(its) for clip, its in zip(clips, worth, strict=True)}
    return Sought(str(record["qid"]), str(record["vid"]), str(record["query"]), windows, saliency)


def _is_worth(scores: object) -> bool:
    return isinstance(scores, list) and len(scores) == _PEOPLE and all(map(_is_second, scores))


def _charades(root: Path, _split: str) -> MomentSet:
    file = root / "charades_sta_test.txt"
    sought = [_charades_line(line, f"{file}:{n}", n) for n, line in enumerate(lines_of(file), 1)]
    folders = [root / name for name in ("Charades_v1_480", "Charades_v1", "videos")]
    videos = {one.video: tuple(folder / f"{one.video}.mp4" for folder in folders) for one in sought}
    return _set("test", 3_720, 1.0, videos, sought, file)


def _charades_line(line: str, where: str, number: int) -> Sought:
    parts = _CHARADES.fullmatch(line)
    if parts is None:
        raise ManifestError(f"{where}: another version than is known: wanted 'VIDEO START END##SENTENCE', got {line!r}")
    video, start, end, sentence = parts.groups()
    return Sought(str(number), video, sentence.strip(), (_window([float(start), float(end)], where),))


def _tvr(root: Path, _split: str) -> MomentSet:
    file = root / "tvr_val_release.jsonl"
    sought = [
        Sought(str(r["desc_id"]), str(r["vid_name"]), str(r["desc"]), (_window(r["ts"], f"{file}: {r['desc_id']}"),))
        for r in records_of(file, {"vid_name", "ts", "desc", "desc_id"})
    ]
    videos = {one.video: places(root / "videos", one.video) for one in sought}
    return _set("val", 10_895, 1.5, videos, sought, file)


def _set(split: str, usual: int, step_s: float, videos: Videos, sought: Sequence[Sought], file: Path) -> MomentSet:
    once([one.id for one in sought], file)
    some = tuple(one for one in sought if any(end > start for start, end in one.windows))
    return MomentSet(split, usual, step_s, videos, some, len(sought) - len(some))


def _window(pair: object, where: str) -> tuple[float, float]:
    if not isinstance(pair, list) or len(pair) != 2 or not all(_is_second(one) for one in pair):
        raise ManifestError(f"{where}: a window must be two seconds, got {pair!r}")
    return float(pair[0]), float(pair[1])


def _is_second(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


MOMENTS = {
    "qvhighlights": Moments(("val", "test"), _qvhighlights),
    "charades-sta": Moments(("test",), _charades),
    "tvr": Moments(("val",), _tvr, corpus=True),
}
