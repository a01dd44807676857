"""Cross-model attention: it begins as the plain ensemble, and only what is new learns."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from models.architectures.cma import CrossModel, Joined
from models.recognition.facts import ClipShape, Facts, MaskedSizes, PairedSizes, built
from models.recognition.files import load, save
from models.recognition.recogniser import open_recogniser
from models.spec import BadInput, Runtime
from models.training.encoders.clips import Source
from models.training.encoders.joined import ensemble, join, joined_facts
from models.training.encoders.kinds import ActionSets, JoinedRecipe, Listing, Schedule
from models.training.encoders.starts import begun

CLASSES = ("left", "right", "up")
MASKED = Facts(CLASSES, ClipShape(8, 16, 4), masked=MaskedSizes(24, 4, 2, 8))
PAIRED = Facts(CLASSES, ClipShape(4, 16, 2), paired=PairedSizes(16, 2, 2, 8, (0, 1)))
PIXELS = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (5, 8, 16, 16, 3), dtype=np.uint8))


@pytest.fixture
def recipe(tmp_path: Path) -> JoinedRecipe:
    for name, facts, seed in (("masked", MASKED, 1), ("paired", PAIRED, 2)):
        save(tmp_path / name, facts, begun(partial(built, facts), seed))
    sets = ActionSets(Listing(tmp_path), train=Listing(tmp_path))
    schedule = Schedule(steps=3, batch=2, rate=0.01)
    return JoinedRecipe(sets, tmp_path / "masked", tmp_path / "paired", schedule)


def sources() -> list[Source]:
    side = round(16 * 8 / 7)
    rng = np.random.default_rng(0)
    clips = [rng.integers(0, 256, (1, 8, side, side, 3), dtype=np.uint8) for _ in range(6)]
    return [Source(str(n), lambda n=n: clips[n], n % 3) for n in range(6)]  # type: ignore[misc]


def test_a_cross_model_block_begins_as_nothing() -> None:
    query, context = torch.randn(2, 1, 16), torch.randn(2, 7, 24)
    torch.testing.assert_close(CrossModel(16, 24, 2)(query, context), query, rtol=0, atol=0)


def test_before_training_the_answers_are_the_means_of_both(recipe: JoinedRecipe) -> None:
    joined = ensemble(recipe, joined_facts(recipe)).eval()
    with torch.no_grad():
        masked = load(recipe.masked)[1](PIXELS).softmax(dim=-1)
        paired = load(recipe.paired)[1](PIXELS[:, 1::2]).softmax(dim=-1)
        torch.testing.assert_close(joined(PIXELS).exp(), (masked + paired) / 2)


def test_only_new_parts_heads_query_and_mixture_get_a_slope(recipe: JoinedRecipe) -> None:
    joined = ensemble(recipe, joined_facts(recipe)).train()
    assert isinstance(joined, Joined)
    # What is zero hides the way to what lies before it.
    with torch.no_grad():
        for block in (*joined.cross, joined.last):
            for parameter in block.parameters():
                parameter.normal_(std=0.1)
    joined(PIXELS)[:, 0].sum().backward()
    learns = {name for name, parameter in joined.named_parameters() if parameter.grad is not None}
    new = {name for name, _ in joined.named_parameters() if name.startswith(("cross.", "last."))}
    heads = {f"{side}.head.{part}" for side in ("masked", "paired") for part in ("weight", "bias")}
    assert learns == new | heads | {"mixture", "paired.temporal_cls_token"}
    assert {name for name, p in joined.named_parameters() if p.requires_grad} == learns


def test_training_leaves_both_encoders_as_they_were(recipe: JoinedRecipe, tmp_path: Path) -> None:
    made = join(recipe, sources(), tmp_path / "joined", lambda _: None, Runtime(device="cpu"))
    before, after = ensemble(recipe, joined_facts(recipe)).state_dict(), load(made)[1].state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    still = tuple(name for name in before if name not in changed)
    assert any(name.startswith("cross.") for name in changed)
    assert {"mixture", "masked.head.weight", "paired.head.weight", "paired.temporal_cls_token"} <= changed
    frozen = ("masked.blocks", "paired.blocks", "paired.dec", "paired.dpe", "masked.patch_embed", "masked.fc_norm")
    assert {name for name in before if name.startswith(frozen)} <= set(still)
    shares = open_recogniser(made, Runtime(device="cpu")).probabilities(PIXELS.numpy())
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)


def test_each_tap_looks_at_the_layer_of_the_same_relative_depth(recipe: JoinedRecipe) -> None:
    assert ensemble(recipe, joined_facts(recipe)).depths == [1, 3]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"classes": ("up", "left", "right")}, "trained on other classes"),
        ({"clip": ClipShape(3, 16)}, "sizes or numbers of frames do not go together"),
        ({"clip": ClipShape(4, 24)}, "sizes or numbers of frames do not go together"),
    ],
)
def test_two_that_do_not_fit_are_refused(recipe: JoinedRecipe, change: dict[str, ClipShape], reason: str) -> None:
    other = replace(PAIRED, **change)  # type: ignore[arg-type]
    save(recipe.paired, other, begun(lambda: built(other), 0))
    with pytest.raises(BadInput, match=reason):
        joined_facts(recipe)


def test_two_of_one_kind_are_refused(recipe: JoinedRecipe) -> None:
    with pytest.raises(BadInput, match="is to be a masked and"):
        joined_facts(replace(recipe, paired=recipe.masked))
