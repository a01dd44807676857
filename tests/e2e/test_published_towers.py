"""ViCLIP-B/16 at full size with random weights, as a person with the real ones would use it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import media
from tests.random_weights import random_weights

pytestmark = pytest.mark.slow


def sceneseek(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "SCENESEEK_LIBRARY": "library", "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-m", "sceneseek", *words]
    return subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, timeout=300)


def test_two_videos_are_indexed_and_found_and_other_weights_are_refused(tmp_path: Path) -> None:
    (weights,) = random_weights("viclip-b16", tmp_path / "downloads")
    (tmp_path / "videos").mkdir()
    for name, duration_s in (("a.mp4", 2.0), ("b.mp4", 3.0)):
        media.scenes(tmp_path / "videos" / name, cuts_s=(1.0,), duration_s=duration_s)

    indexed = sceneseek(
        tmp_path, "index", "videos", "--model", "viclip-b16", "--weights", f"downloads/{weights.name}", "--json"
    )
    assert indexed.returncode == 0, indexed.stderr
    assert json.loads(indexed.stdout)["indexed"] == 2

    # To random weights the two look the same.
    found = sceneseek(tmp_path, "search", "a dog runs through the snow", "--all-copies", "--json")
    assert found.returncode == 0, found.stderr
    moments = json.loads(found.stdout)["moments"]
    assert {Path(moment["video"]).name for moment in moments} == {"a.mp4", "b.mp4"}

    weights.write_bytes(b"other weights")
    refused = sceneseek(tmp_path, "search", "a dog runs through the snow")
    assert refused.returncode == 2
    assert "was made by viclip-b16" in refused.stderr
