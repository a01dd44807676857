"""The cheap test: where in a picture strokes stand as letters do, and whether that is new enough to be read."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.modalities.screen.boxes import Box
from indexer.modalities.screen.purse import Purse
from indexer.modalities.screen.sight import Edges

CELL = 8
# So many pixels of a cell grow lighter, and as many darker: the two sides of strokes. One edge of a thing has one side.
LEAST_STROKES = 4
# Less than this of a cell's edges as they were when it was looked at: something else is there.
SAME = 0.5
# Fewer new cells than this are grain, and a letter or two.
LEAST_NEW, LEAST_MOVING = 2, 6
# So many cells side by side, so full of strokes, are a word.
ROW, DENSE = 4, 8
# Rows of cells around what is new, so that a line is seen whole.
_MARGIN = 3
# Looks that found nothing: one comes back every so many seconds, and so many may be saved up.
BACK_S, SAVED, LEAST_COST = 4.0, 3.0, 0.3
# From one look to the next, in seconds; where nothing looks like a word, longer, and only while so many are saved.
PAUSE_S, UNSURE_PAUSE_S, UNSURE = 0.5, 1.0, 2.0

Cells = NDArray[np.bool_]


class Band(NamedTuple):
    """Rows of a picture, in lines of its edges."""

    top: int
    bottom: int


def facts() -> dict[str, object]:
    """What decides when a picture is read: part of the fingerprint."""
    return {
        "cell": [CELL, LEAST_STROKES, SAME],
        "new": [LEAST_NEW, LEAST_MOVING, ROW, DENSE, _MARGIN],
        "looks": [BACK_S, SAVED, LEAST_COST, PAUSE_S, UNSURE_PAUSE_S, UNSURE],
    }


def text_like(edges: Edges) -> Cells:
    """[H / CELL, W / CELL] cells with strokes, beside at least one other."""
    dense: Cells = strokes(edges) >= LEAST_STROKES
    beside = np.zeros_like(dense)
    beside[:, 1:] |= dense[:, :-1]
    beside[:, :-1] |= dense[:, 1:]
    return dense & beside


def strokes(edges: Edges) -> NDArray[np.uint8]:
    """[H / CELL, W / CELL] how many pixels grow lighter and darker: the lesser of the two."""
    return np.minimum(_summed((edges > 0).view(np.uint8)), _summed((edges < 0).view(np.uint8)))


def still(edges: Edges, before: Edges) -> Edges:
    """The edges that were there in the picture before, too."""
    return np.where((edges > 0) & (before > 0) | (edges < 0) & (before < 0), edges, np.int8(0))


def _summed(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Of each cell; sums of up to 255."""
    height, width = (length // CELL for length in values.shape)
    rows = values[: height * CELL, : width * CELL].reshape(height, CELL, width * CELL)
    columns = np.add.reduce(rows, axis=1, dtype=np.uint8).reshape(height, width, CELL)
    sums: NDArray[np.uint8] = np.add.reduce(columns, axis=2, dtype=np.uint8)
    return sums


class Watch:
    """Says which band of which picture is worth reading; it remembers what each part was like when it was read."""

    def __init__(self) -> None:
        self._purse = Purse(SAVED, BACK_S)
        self._before: Edges | None = None
        self._read: Edges | None = None
        self._looked_s = -np.inf
        self._moves = False

    def worth_reading(self, edges: Edges, second: float, known: Iterable[Box]) -> Band | None:
        """Of the picture at this second, whose lines in `known` are being followed already."""
        if self._read is None or self._read.shape != edges.shape:
            self._before = self._read = np.zeros_like(edges)
        before, self._before = self._before, edges
        assert before is not None
        saved, waited_s = self._purse.holds(second), second - self._looked_s
        if saved < LEAST_COST or waited_s < PAUSE_S:
            return None
        stays = still(edges, before)
        words = _rows(self._changed(stays) & (strokes(stays) >= DENSE))
        if words.any() and saved >= _cost(band := _band(words, edges), edges):
            return band
        return self._unsure(edges, stays, known) if saved >= UNSURE and waited_s >= UNSURE_PAUSE_S else None

    def _unsure(self, edges: Edges, stays: Edges, known: Iterable[Box]) -> Band | None:
        """Where something new may be letters: it stays, or has moved for two pictures."""
        new = self._changed(edges) & text_like(edges)
        for box in known:
            new[_in_cells(box)] = False
        steady = new & text_like(stays)
        if np.count_nonzero(steady) >= LEAST_NEW:
            return _band(steady, edges)
        moved, self._moves = self._moves, bool(np.count_nonzero(new) >= LEAST_MOVING)
        return _band(new, edges) if moved and self._moves else None

    def looked(self, edges: Edges, second: float, band: Band, *, found: bool) -> None:
        """What came of it: only what finds nothing new is counted."""
        assert self._read is not None
        self._read = self._read.copy()
        self._read[band.top : band.bottom] = edges[band.top : band.bottom]
        self._looked_s = second
        if not found:
            self._purse.spend(_cost(band, edges))

    def gone(self, box: Box, *, was_line: bool) -> None:
        """What stood there has gone, and is new when it comes back; where it was no line, the look was in vain."""
        assert self._read is not None
        rows, columns = (slice(each.start * CELL, each.stop * CELL) for each in _in_cells(box))
        # What the last look saw is not changed under it.
        self._read = self._read.copy()
        self._read[rows, columns] = 0
        if not was_line:
            self._purse.spend(1)

    def _changed(self, edges: Edges) -> Cells:
        """The cells whose strokes are not those that were there when they were read."""
        assert self._read is not None
        here = _summed((edges != 0).view(np.uint8))
        same = _summed((still(edges, self._read) != 0).view(np.uint8))
        changed: Cells = same < SAME * here
        return changed


def _rows(cells: Cells) -> Cells:
    """Those of them that stand in rows of at least `ROW`."""
    if cells.shape[1] < ROW:
        return np.zeros_like(cells)
    across = [cells[:, n : cells.shape[1] - ROW + 1 + n] for n in range(ROW)]
    begins = np.logical_and.reduce(across)
    rows = np.zeros_like(cells)
    for n in range(ROW):
        rows[:, n : n + begins.shape[1]] |= begins
    return rows


def _cost(band: Band, edges: Edges) -> float:
    """Of looking there in vain, in whole pictures."""
    return max(LEAST_COST, (band.bottom - band.top) / len(edges))


def _in_cells(box: Box) -> tuple[slice, slice]:
    left, top, right, bottom = (max(0, int(side)) // CELL for side in box)
    return slice(top, bottom + 1), slice(left, right + 1)


def _band(cells: Cells, edges: Edges) -> Band:
    rows = np.flatnonzero(cells.any(axis=1))
    top, bottom = (rows[0] - _MARGIN) * CELL, (rows[-1] + 1 + _MARGIN) * CELL
    return Band(max(0, int(top)), min(len(edges), int(bottom)))
