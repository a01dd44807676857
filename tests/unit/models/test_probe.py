"""What a few examples teach, on vectors that were drawn."""

import numpy as np
import pytest

from models.heads.probe import direction, everything, prototype
from models.spec import Floats

DIM, COUNT = 16, 400
NOTHING = np.empty((0, DIM), np.float32)


def unit(values: Floats) -> Floats:
    return np.asarray(values / np.linalg.norm(values, axis=-1, keepdims=True), np.float32)


@pytest.fixture
def drawn() -> Floats:
    """Vectors that lie all on one side, and vary mostly along the second axis, which says nothing."""
    rng = np.random.default_rng(0)
    spread = np.full(DIM, 0.1)
    spread[1] = 2.0
    return unit((rng.normal(0, 1, (COUNT, DIM)) * spread + np.eye(DIM)[0]).astype(np.float32))


def members(count: int, seed: int) -> Floats:
    """Of a class that the third axis tells."""
    rng = np.random.default_rng(seed)
    spread = np.full(DIM, 0.1)
    spread[1] = 2.0
    return unit((rng.normal(0, 1, (count, DIM)) * spread + np.eye(DIM)[0] + 0.5 * np.eye(DIM)[2]).astype(np.float32))


def share_found(towards: Floats, drawn: Floats) -> float:
    """How many of the best 50 are members, of whom there are 50 among the others."""
    scores = np.concatenate([members(50, 9) @ towards, drawn @ towards])
    return float((np.argsort(-scores)[:50] < 50).mean())


def test_a_direction_is_of_unit_length_and_the_same_each_time(drawn: Floats) -> None:
    found = direction(members(3, 1), NOTHING, everything(drawn))
    assert found.dtype == np.float32
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    assert found.tolist() == direction(members(3, 1), NOTHING, everything(drawn)).tolist()


def test_what_varies_in_everything_counts_less_the_more_examples_there_are(drawn: Floats) -> None:
    beside = everything(drawn)
    tells = [direction(members(count, 1), NOTHING, beside)[2] for count in (1, 16, 256)]
    assert tells == sorted(tells)
    many = direction(members(256, 1), NOTHING, beside)
    assert share_found(many, drawn) > share_found(prototype(members(256, 1)), drawn) + 0.2


def test_what_all_have_in_common_is_taken_away(drawn: Floats) -> None:
    alike, shown = unit(drawn.mean(axis=0)), members(64, 1)
    assert abs(direction(shown, NOTHING, everything(drawn)) @ alike) < 0.5 < prototype(shown) @ alike


def test_what_is_refused_scores_less_than_before(drawn: Floats) -> None:
    beside, refused = everything(drawn), drawn[:4]
    before, after = (direction(members(4, 1), some, beside) for some in (NOTHING, refused))
    assert (refused @ after).mean() < (refused @ before).mean()


@pytest.mark.parametrize("sample", [NOTHING, members(1, 1), np.repeat(members(1, 1), 5, axis=0)])
def test_where_nothing_else_is_known_the_examples_are_all_there_is(sample: Floats) -> None:
    assert np.allclose(direction(members(1, 1), NOTHING, everything(sample)), members(1, 1)[0], atol=1e-5)
