import os
from dataclasses import replace

import pytest
import torch

from models.architectures import internvideo1, viclip, videoprism
from models.architectures.clip_text import TextSizes
from models.published import cards, families, opening
from models.published.families import Family
from models.published.layouts import INTERNVIDEO1, VICLIP, VIDEOPRISM
from tests import vocabularies


@pytest.fixture
def small_families(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recorded small sizes stand in for the published ones."""
    text = TextSizes(width=64, heads=4, layers=2, dim=32)
    short = TextSizes(width=64, heads=4, layers=2, dim=32, context=32)
    one = internvideo1.VisionSizes(64, 4, 4, 8, 32, taps=(1, 2, 3), image=32)
    clip = viclip.VisionSizes(64, 3, 4, 8, 32, frames=4, image=32)
    prism = videoprism.VisionSizes(48, 4, 80, spatial=2, temporal=2, auxiliary=1, positions=(4, 3, 3), patch=6)
    pieces = TextSizes(width=48, heads=4, layers=2, dim=48, vocabulary=vocabularies.SIZE)
    small = {
        "internvideo1-b16": Family(INTERNVIDEO1, lambda: internvideo1.InternVideo1(one, text)),
        "viclip-b16": Family(VICLIP, lambda: viclip.ViClip(clip, short), context=32),
        "videoprism-b16": Family(
            VIDEOPRISM, lambda: videoprism.VideoPrism(prism, pieces), context=64, pieces=vocabularies.SIZE
        ),
    }
    monkeypatch.setattr(families, "FAMILIES", small)
    known = {name: replace(cards.CARDS[name], dim=32, frames=4, image_size=32) for name in small}
    known["videoprism-b16"] = replace(known["videoprism-b16"], dim=48, image_size=18)
    for module in (cards, opening):
        monkeypatch.setattr(module, "CARDS", known)


@pytest.fixture(scope="session")
def gpu() -> torch.device:
    """A GPU; without one the test is skipped, or fails where REQUIRE_GPU=1 says that there is one."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if os.environ.get("REQUIRE_GPU") == "1":
        pytest.fail("REQUIRE_GPU=1, and torch sees no GPU")
    pytest.skip("torch sees no GPU")
