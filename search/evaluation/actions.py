"""How well a recogniser tells actions apart: accuracies with intervals, and what it takes for what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from data.actions import Act
from data.media.pixels import Fit
from data.media.views import Span, views_of
from data.types import VideoError
from models.recognition.recogniser import Recogniser
from models.spec import Floats
from search.evaluation.figures import RankedQuery, draws_of, interval_of

_SIDE, _MOST_NAMED, _MARGIN = 800, 40, 160


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """`shares` [N, C] of each video that could be read, its class in `labels`; `unread` are the others."""

    acts: tuple[Act, ...]
    shares: Floats
    unread: tuple[Act, ...]

    @property
    def labels(self) -> NDArray[np.int64]:
        return np.array([act.label for act in self.acts], np.int64)

    def ranks(self) -> NDArray[np.int64]:
        """Of each video's own class, from 1; ties count against us."""
        own = np.take_along_axis(self.shares, self.labels[:, None], axis=1)
        return np.asarray(np.count_nonzero(self.shares >= own, axis=1), np.int64)

    def ranked(self) -> list[RankedQuery]:
        """As rank files keep them: R@1 and R@5 are top-1 and top-5."""
        return [RankedQuery(str(act.file), int(rank)) for act, rank in zip(self.acts, self.ranks(), strict=True)]


def judged(
    recogniser: Recogniser, acts: Sequence[Act], *, clips: int, crops: int, say: Callable[[str], None]
) -> Judged:
    """Each video's mean over its clips and crops; one that can't be read is said and counted."""
    shares, known, unread = [], [], []
    for act in acts:
        try:
            shares.append(shares_of(recogniser, act.file, clips=clips, crops=crops))
            known.append(act)
        except VideoError as e:
            say(f"left out: {e}")
            unread.append(act)
    table = np.stack(shares) if shares else np.zeros((0, len(recogniser.facts.classes)), np.float32)
    return Judged(tuple(known), table, tuple(unread))


def shares_of(recogniser: Recogniser, file: Path, *, clips: int, crops: int) -> Floats:
    """[C], summing to 1. Raises VideoError."""
    shape = recogniser.facts.clip
    fit = Fit(shape.size, "crop", "bicubic")
    views = views_of(file, Span(shape.frames, shape.per_second), fit, clips=clips, crops=crops)
    mean: Floats = recogniser.probabilities(views).mean(axis=0)
    return mean


def accuracy(of: Judged, classes: int) -> dict[str, Any]:
    """`top1`, `top5` and `mean_class` (of the classes that have a video) in percent, and under "ci" their intervals."""
    ranks, labels = of.ranks(), of.labels
    draws = draws_of(len(ranks))
    tops = {"top1": 100.0 * (ranks == 1), "top5": 100.0 * (ranks <= 5)}
    means = np.array([_mean_class(ranks[some] == 1, labels[some], classes) for some in draws])
    return {
        **{name: float(right.mean()) for name, right in tops.items()},
        "mean_class": _mean_class(ranks == 1, labels, classes),
        "ci": {
            **{name: interval_of(right[draws].mean(axis=1)) for name, right in tops.items()},
            "mean_class": interval_of(means),
        },
    }


def _mean_class(right: NDArray[np.bool_], labels: NDArray[np.int64], classes: int) -> float:
    counts = np.bincount(labels, minlength=classes)
    rights = np.bincount(labels, weights=right, minlength=classes)
    return float(100 * np.mean(rights[counts > 0] / counts[counts > 0]))


def confusion(of: Judged, classes: int) -> NDArray[np.int64]:
    """[C, C]: how many videos of a class (rows) were taken for each (columns)."""
    table = np.zeros((classes, classes), np.int64)
    np.add.at(table, (of.labels, of.shares.argmax(axis=1)), 1)
    return table


def picture(table: NDArray[np.int64], classes: Sequence[str]) -> Image.Image:
    """The table as shares of each row, dark where many; named where the classes are few enough to be read."""
    shares = table / np.maximum(1, table.sum(axis=1, keepdims=True))
    cell = max(1, _SIDE // len(classes))
    grey = Image.fromarray((255 * (1 - shares)).astype(np.uint8)).resize((cell * len(classes),) * 2, 0)
    if len(classes) > _MOST_NAMED:
        return grey
    sheet = Image.new("L", (grey.width + _MARGIN, grey.height + _MARGIN), 255)
    sheet.paste(grey, (_MARGIN, _MARGIN))
    names = Image.new("L", (_MARGIN, grey.height), 255)
    drawing = ImageDraw.Draw(names)
    for number, name in enumerate(classes):
        drawing.text((4, number * cell + cell // 2 - 5), name[:24], fill=0)
    sheet.paste(names, (0, _MARGIN))
    # The same names above, turned so that the first stays the first.
    sheet.paste(names.transpose(Image.Transpose.ROTATE_90), (_MARGIN, 0))
    return sheet


def accuracy_lines(body: dict[str, Any]) -> list[str]:
    """The body of a measured recogniser, for people."""
    low_high = body["ci"]
    shown = [f"{name} {body[name]:.1f} [{low_high[name][0]:.1f}, {low_high[name][1]:.1f}]" for name in low_high]
    return [
        f"{body['videos']} videos of {body['classes']} classes, {body['views']} views; "
        f"{body['unread']} could not be read, {body['missing']} are not there",
        "  ".join(shown),
        f"the recogniser is in {body['recogniser']}",
    ]
