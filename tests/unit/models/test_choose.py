import numpy as np
import pytest

from models.heads.choose import shares, statements
from models.spec import BadInput


def test_each_choice_stands_behind_the_question() -> None:
    assert statements("what is it? ", [" a cat", "a dog"]) == ["what is it? a cat", "what is it? a dog"]
    assert statements("", ["a cat", "a dog"]) == ["a cat", "a dog"]


@pytest.mark.parametrize("choices", [[], ["a cat"], ["a cat", " "], ["a cat", "a cat "]])
def test_choices_that_leave_nothing_to_choose_are_refused(choices: list[str]) -> None:
    with pytest.raises(BadInput, match="two different choices or more are needed"):
        statements("what is it?", choices)


def test_the_nearest_choice_is_the_likeliest() -> None:
    found = shares(np.array([0.2, 0.25, 0.1], np.float32))
    assert found.argmax() == 1
    np.testing.assert_allclose(found.sum(), 1, rtol=1e-6)
