"""Several modalities read one decode: each runs as if it alone were given the pictures, in step with the others."""

import threading
from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from typing import Any, cast

from data.media.pixels import Scaler
from data.media.reading import GridFrame
from indexer.modalities.modality import ClipFrames, Reader

Grid = Callable[[Scaler], Iterator[GridFrame]]
"""One pass over a file's pictures, scaled so."""


def read_together(readers: Sequence[Reader], grid: Grid) -> Iterator[ClipFrames]:
    """What all of them pick, by the picture after which it was ready."""
    if len(readers) == 1:
        yield from readers[0].read(lambda: grid(readers[0].scaler()))
        return
    scalers = [reader.scaler() for reader in readers]
    lines = [_Line(reader, grid) for reader in readers]
    try:
        for line in lines:
            yield from line.until_hungry()
        # A picture that stays on the screen stays one object, also for each of the readers.
        for start_s, end_s, pixels in grid(cast(Scaler, lambda frame: tuple(scale(frame) for scale in scalers))):
            for line, own in zip(lines, pixels, strict=True):
                yield from line.feed(GridFrame(start_s, end_s, own))
        for line in lines:
            yield from line.feed(None)
    finally:
        for line in lines:
            line.leave()


class _Left(BaseException):
    """Nobody reads on."""


class _Taken:
    """What was picked has been taken."""


class _Line:
    """A reader in a thread of its own that runs only while it is waited for."""

    def __init__(self, reader: Reader, grid: Grid) -> None:
        self._reader, self._grid = reader, grid
        # What is waited for is put here: a picture, None after the last, or word that a pick has been taken.
        self._fed: SimpleQueue[GridFrame | type[_Left] | type[_Taken] | None] = SimpleQueue()
        self._said: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self._is_over, self._has_passed = False, False
        threading.Thread(target=self._run, daemon=True).start()

    def feed(self, frame: GridFrame | None) -> Iterator[ClipFrames]:
        """Give it the next picture, None after the last; what it picks until it wants another."""
        if not self._is_over:
            self._fed.put(frame)
            yield from self.until_hungry()

    def until_hungry(self) -> Iterator[ClipFrames]:
        """What it picks until it wants a picture, or has ended. Raises what it raised."""
        while True:
            kind, value = self._said.get()
            if kind == "picked":
                yield value
                self._fed.put(_Taken)
                continue
            self._is_over = kind != "hungry"
            if value is not None:
                raise value
            return

    def leave(self) -> None:
        """End it wherever it is."""
        self._fed.put(_Left)

    def _run(self) -> None:
        try:
            for picked in self._reader.read(self._passes):
                self._said.put(("picked", picked))
                # Also in a pass of its own it makes no more than is wanted.
                self._wait()
        except _Left:
            pass
        except BaseException as error:  # noqa: BLE001  raised where it is waited for
            self._said.put(("over", error))
        else:
            self._said.put(("over", None))

    def _passes(self) -> Iterator[GridFrame]:
        if self._has_passed:
            return self._grid(self._reader.scaler())
        self._has_passed = True
        return self._pictures()

    def _pictures(self) -> Iterator[GridFrame]:
        while True:
            self._said.put(("hungry", None))
            frame = self._wait()
            if frame is None:
                return
            yield cast(GridFrame, frame)

    def _wait(self) -> object:
        """For whoever reads. Raises _Left."""
        given = self._fed.get()
        if given is _Left:
            raise _Left
        return given
