"""`eval --judgments` and the engine's ranks of a manifest, on a small real library."""

from pathlib import Path

import numpy as np
import pytest

from data.stores.catalog import judgments
from search.evaluation.footage import judged_figures
from search.evaluation.published import engine_scores
from tests.small_library import SmallLibrary, colour_pair, colour_vector


def test_thumbs_measure_the_engine_on_ones_own_footage(tmp_path: Path) -> None:
    small = SmallLibrary(tmp_path)
    fire = small.add("fire.mp4", [("red", 8)])
    sea = small.add("sea.mp4", [("blue", 4)])
    small.publish()
    judgments.judge(small.catalog, "red", fire, 0.0, 4.0, relevant=True)
    judgments.judge(small.catalog, "red", sea, 0.0, 4.0, relevant=False)
    judgments.judge(small.catalog, "blue", sea, 0.0, 4.0, relevant=True)
    judgments.judge(small.catalog, "only disliked", sea, 0.0, 4.0, relevant=False)
    found = judged_figures(small.library, open_pair=lambda *_: colour_pair())
    assert (found["queries"], found["judgments"], found["R@1"]) == (2, 3, 100.0)
    assert found["iou"] == pytest.approx((0.5 + 1.0) / 2)
    small.close()


def test_engine_scores_every_item_of_a_manifest() -> None:
    clips = np.stack([colour_vector({name: 1.0}) for name in ("red", "green", "blue")])
    scores = engine_scores(colour_pair(), clips, ["red", "blue"])
    assert scores.shape == (2, 3)
    assert np.isfinite(scores).all()
    assert scores.argmax(axis=1).tolist() == [0, 2]
