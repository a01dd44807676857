"""The set of actions that is drawn for InternVideo's parts."""

from pathlib import Path

import numpy as np

from benchmarks.actions import FRAMES, MOTIONS, SIDE, captioned, questions, videos, written
from data.actions import read_actions
from data.media.reading import probe

FILMS = [np.random.default_rng(n).integers(0, 256, (FRAMES, 128, 128, 3), dtype=np.uint8) for n in range(2)]


def test_every_class_is_drawn_as_often_and_read_back(tmp_path: Path) -> None:
    for number, (label, pixels) in enumerate(videos(FILMS, 1, 0)):
        assert pixels.shape == (FRAMES, SIDE, SIDE, 3)
        written(tmp_path / "train" / label / f"{number}.mp4", pixels)
    found = read_actions(tmp_path / "train")
    assert len(found.classes) == len(found.acts) == 2 * len(MOTIONS)
    assert probe(found.acts[0].file).width == SIDE
    asked = questions(tmp_path / "train")
    assert {one["answer"] for one in asked} == {*MOTIONS, "shape", "piece"}
    assert all((tmp_path / one["file"]).is_file() for one in asked)
    captions = {str(one["captions"]) for one in captioned(tmp_path / "train")}
    assert len(captions) == len(found.classes)
