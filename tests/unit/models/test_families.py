import pytest
import torch

from models.published.checkpoints import difference, renamed
from models.published.families import FAMILIES, on_meta
from tests import goldens


def published(name: str) -> dict[str, torch.Tensor]:
    return {key: torch.empty(shape, device="meta") for key, shape in goldens.KEYS[name].items()}


def test_every_family_has_a_recorded_layout() -> None:
    assert set(FAMILIES) == set(goldens.KEYS)


@pytest.mark.parametrize("name", FAMILIES)
def test_full_size_model_has_exactly_the_published_tensors(name: str) -> None:
    family, theirs = FAMILIES[name], published(name)
    assert difference(on_meta(name), renamed(family.layout, theirs)) == ""
    unused = set(theirs) - set(family.layout.names(theirs))
    assert unused == ({"text_mask_embedding"} if name.startswith("internvideo1") else set())


@pytest.mark.parametrize("name", FAMILIES)
def test_no_two_published_names_become_one(name: str) -> None:
    ours = FAMILIES[name].layout.names(goldens.KEYS[name])
    assert len(set(ours.values())) == len(ours)
