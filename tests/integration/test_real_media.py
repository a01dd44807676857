from pathlib import Path

import numpy as np
import pytest

from data.media.pixels import Fit
from data.media.reading import Damage, frames_at, grid


@pytest.mark.slow
def test_a_picture_sought_is_the_picture_passed(sample_folder: Path) -> None:
    scaler = Fit(64, "squash", "bilinear").scaler()
    for path in sorted(sample_folder.glob("*.mp4")):
        passed = list(grid(path, per_second=1, scaler=scaler, damage=Damage()))
        times_s = [frame.start_s + 1e-5 for frame in passed]
        # One by one: what was decoded before a seek must not matter.
        for frame, time_s in zip(passed[1::3], times_s[1::3], strict=True):
            sought = frames_at(path, [time_s], scaler).pixels[0]
            assert np.abs(sought.astype(int) - frame.pixels).mean() < 1, f"{path.name} at {time_s}"
