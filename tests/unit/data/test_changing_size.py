"""A film whose pictures change their size is seen whole."""

from functools import partial
from pathlib import Path

import numpy as np

from data.media.pixels import shrunk
from data.media.reading import frames_at
from tests.media import scenes


def test_pictures_of_another_size_take_the_shape_of_the_first(tmp_path: Path) -> None:
    path, second = tmp_path / "a.ts", tmp_path / "b.ts"
    make = partial(scenes, duration_s=2.0, codec="mpeg2video")
    make(path, size=(160, 120))
    make(second, size=(128, 128))
    path.write_bytes(path.read_bytes() + second.read_bytes())
    first, other = frames_at(path, [1.0, 3.0], partial(shrunk, longest=336)).pixels
    assert first.shape == other.shape == (120, 160, 3)
    assert np.abs(first.astype(int) - other.astype(int)).mean() < 25
