"""What a generation remembers of concepts."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data.stores.catalog.concepts import Concept, Example, Mark
from search.generation.follower import Follower
from search.generation.learnt import Lessons
from tests.small_library import SmallLibrary, colour_pair

WHEN = datetime(2026, 5, 4, tzinfo=UTC)


def concept(*marks: Mark, version: int = 1) -> Concept:
    examples = [Example("e" * 32, mark, WHEN, None, None, None) for mark in marks]
    return Concept("c" * 32, "rex", version, WHEN, WHEN, examples)


def test_a_version_is_learnt_once_and_the_oldest_is_forgotten(tmp_path: Path) -> None:
    small = SmallLibrary(tmp_path)
    small.add("fire.mp4", [("red", 4), ("blue", 4)])
    small.publish()
    opened = Follower(small.library, open_pair=lambda *_: colour_pair()).serving()
    video = small.videos["fire.mp4"]
    red = concept(Mark(video, 0.0, 4.0), Mark("0" * 32, 0.0, 1.0, fits=False))
    lessons = Lessons(opened.vectors, opened.calibration.sample, remembered=1)
    first = lessons.of(red)
    assert (lessons.of(red) is first, first.missing) == (True, 1)
    blue = lessons.of(concept(Mark(video, 4.0, 8.0), version=2))
    assert first.direction is not None
    assert blue.direction is not None
    assert first.direction @ blue.direction < 0.5
    again = lessons.of(red)
    assert again is not first
    assert again.direction is not None
    assert np.allclose(again.direction, first.direction)
    assert lessons.of(replace(red, examples=red.examples[1:], version=3)).direction is None
    small.close()
