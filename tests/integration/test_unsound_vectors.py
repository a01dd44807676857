"""A library of an earlier version may hold a vector of no numbers: it is found by nothing and harms nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.stores.shards.folder import read_clips
from search.answering.answers import answer
from search.generation.opened import OpenGeneration, open_generation
from search.query import wire
from tests.first_format import write_first_format
from tests.small_library import FINGERPRINT, SmallLibrary, colour_pair


@pytest.fixture
def unsound(tmp_path: Path) -> Iterator[OpenGeneration]:
    library = SmallLibrary(tmp_path)
    for number, colour in enumerate(("red", "green", "blue", "white")):
        library.add(f"{colour}.mp4", [(colour, 40 + number)], clip_s=1.0)
    clips = [read_clips(library.library.shard(FINGERPRINT, each)) for each in library.videos.values()]
    ids, values = zip(*clips, strict=True)
    mixed = [np.full_like(each, np.nan) if place == 1 else each for place, each in enumerate(values)]
    write_first_format(library.library, np.concatenate(ids), np.concatenate(mixed))
    yield open_generation(library.library, library.catalog, open_pair=lambda *_: colour_pair())
    library.close()


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"query": "red"}, {"red", "blue", "white"}),
        ({"query": "green", "limit": 500, "fold": False}, {"red", "blue", "white"}),
        ({"query": "red OR blue", "fold": False, "limit": 500}, {"red", "blue", "white"}),
        ({"query": "green", "filters": {"glob": "*green*"}}, set()),
        ({"query": "red", "per_video": 1, "limit": 1}, {"red"}),
    ],
)
def test_everything_else_is_found(unsound: OpenGeneration, asked: dict[str, Any], names: set[str]) -> None:
    found = answer(unsound, wire.SearchBody.model_validate(asked)).moments
    assert {Path(moment.video).stem for moment in found} == names
    assert np.isfinite([moment.score for moment in found]).all()
