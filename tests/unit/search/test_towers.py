from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data.types import Generation
from search.generation.towers import QueryTowers
from tests.small_library import SPEC, ColourVideoTower, colour_pair


def test_the_picture_half_is_loaded_at_the_first_picture_and_kept() -> None:
    loaded: list[ColourVideoTower] = []

    def load() -> ColourVideoTower:
        loaded.append(ColourVideoTower())
        return loaded[-1]

    snapshot = Generation("00000001", SPEC.name, SPEC.weights_sha256, SPEC.dim, "f" * 32, 0, datetime.now(UTC), Path())
    towers = QueryTowers(replace(colour_pair(), video=load), snapshot)
    towers.texts(["red"])
    assert loaded == []
    pictures = np.zeros((3, 1, 16, 16, 3), np.uint8)
    for picture in pictures:
        towers.film(picture)
    assert len(loaded) == 1
