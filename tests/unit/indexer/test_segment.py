from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from data.media.reading import GridFrame
from indexer.modalities.sample import sample
from indexer.modalities.segment import CLIP_S, Piece, cuts, segment

RED, BLUE, WHITE = (200, 30, 30), (30, 30, 200), (255, 255, 255)


def grid(
    *scenes: tuple[tuple[int, int, int], float], per_second: float = 4, start_s: float = 0.0
) -> Iterator[GridFrame]:
    tick = 0
    for colour, length_s in scenes:
        pixels = np.full((16, 16, 3), colour, np.uint8)
        for _ in range(round(length_s * per_second)):
            yield GridFrame(start_s + tick / per_second, start_s + (tick + 1) / per_second, pixels)
            tick += 1


def spans(pieces: Iterator[Piece]) -> list[tuple[int, float, float]]:
    return [(piece.shot_number, piece.start_s, piece.end_s) for piece in pieces]


def test_a_cut_begins_a_shot_and_a_clip() -> None:
    assert spans(segment(grid((RED, 3), (BLUE, 4)))) == [(0, 0.0, 3.0), (1, 3.0, 7.0)]


def test_a_flash_is_no_cut() -> None:
    assert spans(segment(grid((RED, 3), (WHITE, 0.25), (RED, 3)))) == [(0, 0.0, 6.25)]


def faded(seed: int, levels: list[float]) -> list[np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]]:
    scene = np.random.default_rng(seed).integers(0, 256, (8, 8, 3)).repeat(8, axis=0).repeat(8, axis=1)
    return [np.round(scene * level).astype(np.uint8) for level in levels]


def test_a_fade_is_no_cut_and_what_comes_after_it_is() -> None:
    out = [1.0, 1.0, *np.linspace(1.0, 0.05, 12), 0.0, 0.0, 0.0]
    pictures = faded(1, out) + faded(2, out[::-1])
    frames = [GridFrame(n / 4, (n + 1) / 4, picture) for n, picture in enumerate(pictures)]
    # Black lies between them: a shot of its own.
    assert [frame.start_s for frame, is_cut in cuts(frames) if is_cut] == [14 / 4, 20 / 4]


def test_a_shot_of_at_most_two_clips_is_halved() -> None:
    assert spans(segment(grid((RED, 14)))) == [(0, 0.0, 7.0), (0, 7.0, 14.0)]


def test_a_long_shot_becomes_clips_of_ten_seconds_and_two_equal_ones() -> None:
    assert spans(segment(grid((RED, 34)))) == [(0, 0, 10), (0, 10, 20), (0, 20, 27), (0, 27, 34)]


@pytest.mark.parametrize("length_s", [9.75, 10, 10.25, 19.75, 20, 20.25, 29.75, 61.5])
def test_clips_tile_the_video_and_none_is_too_long(length_s: float) -> None:
    pieces = list(segment(grid((RED, length_s), start_s=5.0)))
    assert pieces[0].start_s == 5.0
    assert pieces[-1].end_s == 5.0 + length_s
    assert all(one.end_s == two.start_s for one, two in pairwise(pieces))
    assert all(0 < piece.end_s - piece.start_s <= CLIP_S for piece in pieces)


def test_no_more_than_two_clip_lengths_are_ever_held() -> None:
    ahead: list[float] = []
    taken = 0.0

    def watched() -> Iterator[GridFrame]:
        for frame in grid((RED, 200)):
            ahead.append(frame.start_s - taken)
            yield frame

    for piece in segment(watched()):
        taken = piece.end_s
    assert max(ahead) <= 2 * CLIP_S + 0.5


def test_every_frame_comes_out_in_order_however_few_there_are() -> None:
    assert [is_cut for _, is_cut in cuts(grid((RED, 0.25)))] == [False]
    assert [frame.start_s for frame, _ in cuts(grid((RED, 1), (BLUE, 1)))] == [n / 4 for n in range(8)]


def test_sampled_frames_are_those_nearest_the_midpoints() -> None:
    (piece,) = segment(grid((RED, 8)))
    assert sample(piece.frames, 4).times_s.tolist() == [1.0, 3.0, 5.0, 7.0]


def test_a_short_clip_repeats_frames() -> None:
    (piece,) = segment(grid((RED, 0.5)))
    frames = sample(piece.frames, 8)
    assert frames.pixels.shape == (8, 16, 16, 3)
    assert set(frames.times_s.tolist()) == {0.0, 0.25}
