"""One line over time: followed from picture to picture, read again, its start found in the pictures before."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from data.media.reading import GridFrame
from indexer.modalities.screen.boxes import Box
from indexer.modalities.screen.ocr import Reading
from indexer.modalities.screen.patch import LEAST_SHARE, REACH, SCALES, Patch, patch_of
from indexer.modalities.screen.sight import Edges
from indexer.modalities.screen.strays import similarity

# It is read again when so much time has passed, until two readings agree, and so often at most.
AGAIN_S, MOST_READINGS = 0.75, 3
# A line this much wider than it was has grown.
GROWN = 1.15


@dataclass(frozen=True, slots=True)
class Past:
    """A picture that has been, for the start of what is found later."""

    start_s: float
    edges: Edges


@dataclass(slots=True, eq=False)
class Track:
    """A line that is on the screen now."""

    box: Box
    patch: Patch
    start_s: float
    end_s: float
    readings: list[Reading]
    read_s: float
    share: float = 1.0
    speed: tuple[int, int] = (0, 0)

    def follow(self, edges: Edges, end_s: float) -> bool:
        """Whether it is in the next picture, too; it moves along."""
        step = _followed(_Step(self.box, self.patch, self.speed, self.share), edges)
        if step is None:
            return False
        self.box, self.patch, self.speed, self.share = step
        self.end_s = end_s
        return True

    def wants_reading(self, second: float) -> bool:
        if second - self.read_s < AGAIN_S or len(self.readings) >= MOST_READINGS:
            return False
        return len(self.readings) < 2 or similarity(self.readings[0].text, self.readings[1].text) < 1

    def add(self, reading: Reading, second: float) -> None:
        self.readings.append(reading)
        self.read_s = second

    def grow(self, other: "Track") -> None:
        """It is the beginning of the other, which takes its place."""
        self.box, self.patch, self.readings, self.read_s = other.box, other.patch, other.readings, other.read_s
        self.share = 1.0


def begun(box: Box, reading: Reading, edges: Edges, now: GridFrame, past: Iterable[Past]) -> Track | None:
    """A line that was just read; it may have been there in pictures before (the last one first)."""
    patch = patch_of(edges, box)
    if patch is None:
        return None
    track = Track(box, patch, now.start_s, now.end_s, [reading], now.start_s)
    step = _Step(box, patch, (0, 0), 1.0)
    for each in past:
        back = _followed(step, each.edges) if each.edges.shape == edges.shape else None
        if back is None:
            break
        step, track.start_s = back, each.start_s
        if track.speed == (0, 0):
            track.speed = (-step.speed[0], -step.speed[1])
    return track


class _Step(NamedTuple):
    """Where a line is in one picture, how it moved there, and how much of it is there."""

    box: Box
    patch: Patch
    speed: tuple[int, int]
    share: float


def _followed(step: _Step, edges: Edges) -> _Step | None:
    """The same line one picture on, at its size or, where it is not there, in another; None where it is gone."""
    box, patch, speed, _ = step
    x, y = round(box.left), round(box.top)
    found = patch.follow(edges, x + speed[0], y + speed[1], rests=speed == (0, 0))
    if found.share >= LEAST_SHARE:
        moved = found.x - x, found.y - y
        return _Step(box.moved(*moved), patch, moved, found.share)
    sizes = (_resized(step, edges, factor) for factor in SCALES)
    return next((each for each in sizes if each is not None), None)


def _resized(step: _Step, edges: Edges, factor: float) -> _Step | None:
    patch = step.patch.scaled(factor)
    height, width = patch.values.shape
    middle_x, middle_y = (step.box.left + step.box.right) / 2, (step.box.top + step.box.bottom) / 2
    found = patch.near(edges, round(middle_x - width / 2), round(middle_y - height / 2))
    if found.share < LEAST_SHARE:
        return None
    box = Box(found.x, found.y, found.x + width, found.y + height)
    return _Step(box, patch_of(edges, box) or patch, (0, 0), found.share)


def facts() -> dict[str, object]:
    """What decides when a line begins and ends: part of the fingerprint."""
    return {"share": LEAST_SHARE, "reach": [*REACH, *SCALES], "again": [AGAIN_S, MOST_READINGS], "grown": GROWN}
