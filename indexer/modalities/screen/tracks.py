"""One line over time: followed from picture to picture, read again, its start found in the pictures before."""

from collections.abc import Iterable
from dataclasses import dataclass

from data.media.reading import GridFrame
from indexer.modalities.screen.boxes import Box
from indexer.modalities.screen.ocr import Reading
from indexer.modalities.screen.patch import LEAST_SHARE, Found, Patch, patch_of
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
        found = _followed(self.patch, edges, self.box, self.speed)
        if found.share < LEAST_SHARE:
            return False
        x, y = found.x - round(self.box.left), found.y - round(self.box.top)
        self.box, self.speed, self.share, self.end_s = self.box.moved(x, y), (x, y), found.share, end_s
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
    where, speed = box, (0, 0)
    for each in past:
        if each.edges.shape != edges.shape:
            break
        found = _followed(patch, each.edges, where, speed)
        if found.share < LEAST_SHARE:
            break
        speed = (found.x - round(where.left), found.y - round(where.top))
        where, track.start_s = where.moved(*speed), each.start_s
        if track.speed == (0, 0):
            track.speed = (-speed[0], -speed[1])
    return track


def _followed(patch: Patch, edges: Edges, box: Box, speed: tuple[int, int]) -> Found:
    x, y = round(box.left) + speed[0], round(box.top) + speed[1]
    return patch.follow(edges, x, y, rests=speed == (0, 0))


def facts() -> dict[str, object]:
    """What decides when a line begins and ends: part of the fingerprint."""
    return {"share": LEAST_SHARE, "again": [AGAIN_S, MOST_READINGS], "grown": GROWN}
