"""The edges of a line as a thing that can be found again in another picture, where it was or near it."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.modalities.screen.boxes import Box
from indexer.modalities.screen.sight import Edges

# So much of a line's edges must be found.
LEAST_SHARE = 0.5
# So far a line may move between two pictures, in pixels across and down.
REACH = (28, 18)
# And so much larger or smaller it may be.
SCALES = (1.02, 0.98, 1.04, 0.96, 1.06, 0.94, 1.08, 0.92)


class Found(NamedTuple):
    """How much of a patch is there, and where its upper left corner is."""

    share: float
    x: int
    y: int


@dataclass(frozen=True, eq=False)
class Patch:
    """A piece of edges, of unit energy."""

    values: NDArray[np.float32]
    energy: float

    def at(self, edges: Edges, x: int, y: int) -> Found:
        """At this very place."""
        here = _piece(edges, x, y, *self.values.shape)
        return Found(float(np.vdot(here, self.values)) / self.energy, x, y)

    def near(self, edges: Edges, x: int, y: int) -> Found:
        """Wherever within reach most of it is: by correlation, through Fourier's transform."""
        across, down = REACH
        height, width = self.values.shape
        around = _piece(edges, x - across, y - down, height + 2 * down, width + 2 * across)
        spectrum = np.fft.rfft2(around) * np.conj(np.fft.rfft2(self.values, around.shape))
        shares = np.fft.irfft2(spectrum, around.shape)[: 2 * down + 1, : 2 * across + 1]
        best = int(shares.argmax())
        row, column = divmod(best, shares.shape[1])
        return Found(float(shares.flat[best]) / self.energy, x - across + column, y - down + row)

    def scaled(self, factor: float) -> "Patch":
        """The same in another size."""
        rows, columns = ((np.arange(max(1, round(side * factor))) / factor).astype(int) for side in self.values.shape)
        values = self.values[rows][:, columns]
        return Patch(values, max(1.0, float(np.vdot(values, values))))

    def follow(self, edges: Edges, x: int, y: int, *, rests: bool) -> Found:
        """There if it is there; else near."""
        here = self.at(edges, x, y)
        if here.share >= (LEAST_SHARE if rests else 0.9):
            return here
        return max(here, self.near(edges, x, y))


def patch_of(edges: Edges, box: Box) -> Patch | None:
    """None where the box has no edge at all."""
    x, y = round(box.left), round(box.top)
    values = _piece(edges, x, y, max(1, round(box.height)), max(1, round(box.width)))
    energy = float(np.vdot(values, values))
    return Patch(values, energy) if energy > 0 else None


def _piece(edges: Edges, x: int, y: int, height: int, width: int) -> NDArray[np.float32]:
    """Zero outside of the picture."""
    piece = np.zeros((height, width), np.float32)
    top, left = max(0, -y), max(0, -x)
    inside = edges[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)]
    piece[top : top + inside.shape[0], left : left + inside.shape[1]] = inside
    return piece
