"""Several readers of one decode, in step."""

from collections.abc import Iterator
from typing import cast

import numpy as np
import pytest
from av.video.frame import VideoFrame

from data.media.pixels import Pixels, Scaler
from data.media.reading import GridFrame
from data.types import Frames
from indexer.execute.together import read_together
from indexer.modalities.modality import ClipFrames, Passes


class Each:
    """Picks every `nth` picture; holds what it saw."""

    def __init__(self, name: str, nth: int, *, passes: int = 1, breaks_at: int | None = None) -> None:
        self._name, self._nth, self._passes, self._breaks_at = name, nth, passes, breaks_at
        self.seen: list[int] = []

    def scaler(self) -> Scaler:
        return lambda frame: np.full((1, 1, 3), cast(int, frame) * self._nth, np.uint8)

    def read(self, passes: Passes) -> Iterator[ClipFrames]:
        for _ in range(self._passes):
            for number, frame in enumerate(passes()):
                self.seen.append(int(frame.pixels[0, 0, 0]))
                if number == self._breaks_at:
                    raise ValueError("it broke")
                if number % self._nth == 0:
                    yield ClipFrames(self._name, 0, frame.start_s, frame.end_s, _frames(frame.pixels))


def _frames(pixels: Pixels) -> Frames:
    return Frames(pixels[np.newaxis], np.zeros(1))


class Film:
    """Ten pictures that are numbers, and how often they were decoded."""

    def __init__(self) -> None:
        self.decoded = 0

    def __call__(self, scaler: Scaler) -> Iterator[GridFrame]:
        self.decoded += 1
        for number in range(10):
            yield GridFrame(float(number), number + 1.0, scaler(cast(VideoFrame, number)))


def _picked(spans: list[ClipFrames], name: str) -> list[float]:
    return [span.start_s for span in spans if span.modality == name]


def test_each_sees_every_picture_as_it_wants_it_out_of_one_decode() -> None:
    film, one, other = Film(), Each("one", 2), Each("other", 3)
    spans = list(read_together([one, other], film))
    assert film.decoded == 1
    assert (one.seen, other.seen) == ([2 * n for n in range(10)], [3 * n for n in range(10)])
    assert _picked(spans, "one") == [0, 2, 4, 6, 8]
    assert _picked(spans, "other") == [0, 3, 6, 9]


def test_what_is_picked_comes_out_before_the_next_picture_is_decoded() -> None:
    starts_s = [span.start_s for span in read_together([Each("one", 1), Each("other", 1)], Film())]
    assert starts_s == sorted(starts_s)


def test_who_wants_the_pictures_once_more_gets_them_alone() -> None:
    film, one, twice = Film(), Each("one", 5), Each("twice", 5, passes=2)
    spans = list(read_together([one, twice], film))
    assert film.decoded == 2
    assert _picked(spans, "one") == [0, 5]
    assert _picked(spans, "twice") == [0, 5, 0, 5]


def test_what_one_raises_ends_the_reading() -> None:
    with pytest.raises(ValueError, match="it broke"):
        list(read_together([Each("one", 1), Each("other", 1, breaks_at=4)], Film()))


def test_who_leaves_early_leaves_no_thread_behind() -> None:
    import threading

    before = threading.active_count()
    reading = read_together([Each("one", 1), Each("other", 1)], Film())
    assert next(reading).start_s == 0
    reading.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and "_run" in thread.name:
            thread.join(5)
    assert threading.active_count() <= before


def test_a_pass_of_its_own_makes_no_more_than_is_wanted() -> None:
    late = Late()
    reading = read_together([Each("one", 20), late], Film())
    picked = next(span for span in reading if span.modality == "late")
    assert (picked.start_s, late.made) == (0.0, 1)
    reading.close()  # type: ignore[attr-defined]


class Late(Each):
    """Picks every picture, in a second pass only."""

    def __init__(self) -> None:
        super().__init__("late", 1)
        self.made = 0

    def read(self, passes: Passes) -> Iterator[ClipFrames]:
        for _ in passes():
            pass
        for frame in passes():
            self.made += 1
            yield ClipFrames("late", 0, frame.start_s, frame.end_s, _frames(frame.pixels))
