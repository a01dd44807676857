"""Batches of a tuning: what they show, what is said of it, and what that costs."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.training.loss import Contrast, equal, worst_by
from models.training.pictures.album import Album, Example, open_album
from models.training.pictures.views import Views, drawn_views, seen
from models.training.sentences.phrases import Held, Key
from models.training.sentences.words import drawn_words
from models.training.towers import Backbone
from models.training.tune import Batch, Tuning, _batches, _share, without_motion


def test_equal_captions_are_no_negatives_of_one_another() -> None:
    contrast = Contrast(temperature=0.02)
    vectors = torch.eye(4)[[0, 0, 1, 2]]
    told, merged = (
        float(contrast(vectors, vectors, right).detach())
        for right in (torch.eye(4, dtype=torch.bool), equal([*"aabc"]))
    )
    # Two that can't be told from one another cost log 2 each way, whatever they are to be.
    assert told == pytest.approx(np.log(2) / 2, abs=1e-3)
    assert merged == pytest.approx(np.log(2) / 2, abs=1e-3)
    apart = torch.eye(4)
    assert contrast(apart, apart, equal([*"aabc"])) > merged + 5


def test_the_worst_negative_counts_while_it_is_nearer_than_the_margin() -> None:
    right = torch.eye(3, dtype=torch.bool)
    cosines = torch.tensor([[0.9, 0.8, 0.1], [0.0, 0.5, 0.1], [0.2, 0.6, 0.5]])
    # Rows lack 0.1, nothing and 0.3.
    assert float(worst_by(cosines, right)) == pytest.approx((0.1 + 0.0 + 0.3) / 3)
    right[2, 1] = True
    assert float(worst_by(cosines, right)) == pytest.approx(0.1 / 3)


class Grey(nn.Module):
    def forward(self, pixels: Tensor) -> Tensor:
        return nn.functional.avg_pool2d(pixels.mean(1, keepdim=True), 2)


class Beginning(nn.Module):
    """What an album asks of a backbone."""

    def __init__(self) -> None:
        super().__init__()
        self.early = Grey()


def examples(count: int) -> list[Example]:
    """Item i shows grey i."""

    def example(i: int) -> Example:
        return Example(
            lambda: np.full((1 + i % 3, 28, 28, 3), i, np.uint8),
            (f"caption {i}", f"the left of {i}"),
        )

    return [example(i) for i in range(count)]


def unreadable() -> NDArray[np.uint8]:
    raise AssertionError("what is kept need not be read again")


def test_an_album_is_made_once_and_read_again(tmp_path: Path) -> None:
    part = Beginning()
    made = open_album(examples(10), [cast(Backbone, part)], tmp_path)
    kept = [Example(unreadable, example.captions) for example in examples(10)]
    again = open_album(kept, [cast(Backbone, part)], tmp_path)
    assert made.starts.tolist() == again.starts.tolist() == [0, 1, 3, 6, 7, 9, 12, 13, 15, 18, 19]
    np.testing.assert_array_equal(made.maps[0], again.maps[0])
    assert made.maps[0].shape == (19, 1, 14, 14)
    np.testing.assert_allclose(made.maps[0][4:6].mean(), 2 / 127.5 - 1, atol=1e-3)


def tuning() -> Tuning:
    return Tuning(
        steps=4,
        batch=4,
        frames=2,
        captions=2,
        phrases=1.0,
        hardest=0.0,
        middle_rate=0.0,
        end_rate=0.0,
        text_rate=0.0,
        head_rate=0.0,
        warm_steps=1,
        cool_steps=1,
        averaging=0.0,
        seed=0,
    )


def holding(of: list[dict[Key, list[str]]]) -> Held:
    return Held(of, Counter(key for texts in of for key in texts))


def batches(folder: Path, *, skip: int = 0) -> Iterator[Batch]:
    album: Album = open_album(examples(10), [cast(Backbone, Beginning())], folder)
    said = holding([{("thing", str(i)): [f"thing {i}"]} for i in range(10)])
    return _batches(album, said, tuning(), skip=skip)


def test_a_resumed_run_sees_the_batches_it_would_have_seen(tmp_path: Path) -> None:
    whole, later = batches(tmp_path), batches(tmp_path, skip=3)
    for _ in range(3):
        next(whole)
    for _ in range(3):
        one, other = next(whole), next(later)
        assert one.words.captions == other.words.captions
        torch.testing.assert_close(one.maps[0], other.maps[0])


def test_each_item_of_a_batch_shows_its_own_pictures(tmp_path: Path) -> None:
    batch = next(batches(tmp_path))
    shown = ((batch.maps[0][batch.slots].mean((2, 3, 4)) + 1) * 127.5).round()
    for said in (*batch.words.captions, batch.words.phrases):
        assert [[int(text.split()[-1])] * 2 for text in said] == shown.tolist()


def test_captions_of_an_item_differ_while_it_has_enough(tmp_path: Path) -> None:
    first, second = next(batches(tmp_path)).words.captions
    assert all(a != b for a, b in zip(first, second, strict=True))


def test_a_phrase_is_right_for_every_item_that_holds_it() -> None:
    said = holding([{("dog",): ["a dog"]}, {("dog",): [""], ("red", "car"): ["a red car"]}, {}])
    words = drawn_words(np.arange(3), [["one"], ["two"], ["three"]], said, 1, np.random.default_rng(0))
    # The second says "dogs" in no form that people type, the third nothing at all.
    assert words.phrases == ["a dog", "a red car", "three"]
    assert words.holds.tolist() == [[True, False, False], [True, True, False], [False, False, True]]


def test_a_view_shows_its_part_of_the_picture_and_mirrors_it() -> None:
    maps = torch.arange(8.0).expand(2, 1, 8, 8)
    views = Views(np.array([0.5, 1.0]), np.array([[0.5, 0.0], [0.0, 0.0]]), np.array([False, True]))
    right_half, mirrored = seen(maps, views)[:, 0, 3]
    assert right_half.min() >= 3.5
    assert right_half.diff().min() > 0
    torch.testing.assert_close(mirrored, torch.arange(7.0, -1.0, -1.0))


def test_views_stay_within_the_picture() -> None:
    views = drawn_views(1000, np.arange(1000) < 500, np.random.default_rng(0))
    assert (abs(views.middles) + views.sides <= 1 + 1e-9).all()
    assert 150 < views.mirrored[:500].sum() < 350
    assert not views.mirrored[500:].any()


def test_rates_rise_stay_and_fall() -> None:
    run = replace(tuning(), steps=100, warm_steps=10, cool_steps=20)
    assert [round(_share(step, run), 2) for step in (0, 9, 50, 80, 90, 99)] == [0.1, 1.0, 1.0, 1.0, 0.5, 0.05]
    # A longer run of the same recipe goes the same way until the shorter one begins to fall.
    assert _share(80, replace(run, steps=200)) == 1.0


def test_motion_is_no_part_of_a_tunings_state() -> None:
    state = {"video.motion.axes": torch.zeros(1), "video.pooling.share": torch.ones(1)}
    assert list(without_motion(state)) == ["video.pooling.share"]
