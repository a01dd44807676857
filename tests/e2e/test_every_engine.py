"""All that several machines share, at once: the sample library answers as it does in a folder of its own."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.programs import sceneseek
from tests.machines import ON_RAY, cluster
from tests.objects import Bucket
from tests.postgres import Server

pytest.importorskip("milvus_lite", reason="milvus-lite is not installed")
pytestmark = ON_RAY

VIDEOS = ("cat.mp4", "coffee.mp4", "flower.mp4", "motorcycle.mp4", "rabbit.mp4", "rocket.mp4")
QUERIES = ("a cat", "a flower AND NOT a cat", "a cat OR a rabbit")


def answers(**settings: str | Path) -> list[list[tuple[Any, ...]]]:
    """Of each query its moments in order, by the names of their files."""
    found = []
    for query in QUERIES:
        done = sceneseek("search", query, "--json", "--limit", "20", **settings)
        assert done.returncode in (0, 4), done.stderr
        found.append([_placed(moment) for moment in json.loads(done.stdout)["moments"]])
    return found


def _placed(moment: dict[str, Any]) -> tuple[Any, ...]:
    name = Path(moment["video"]).name
    return name, moment["start_s"], moment["end_s"], moment["best_s"], moment["confidence"], round(moment["score"], 5)


def test_a_library_on_every_engine_answers_as_one_in_a_folder(
    tmp_path: Path, sample_folder: Path, postgresql: Server, bucket: Bucket
) -> None:
    alone, videos = {"library": tmp_path / "alone"}, tmp_path / "videos"
    videos.mkdir()
    for name in VIDEOS:
        shutil.copy2(sample_folder / name, videos / name)
        bucket.put(f"videos/{name}", sample_folder / name)
    done = sceneseek("index", videos, "--only", "visual", **alone)
    assert done.returncode == 0, done.stderr
    spread: dict[str, str | Path] = {
        "library": tmp_path / "spread",
        "catalog": postgresql.fresh(),
        "vectors": tmp_path / "vectors.db",
        "store": f"s3://{bucket.name}/shards",
    }
    with cluster() as machines:
        for _ in range(2):
            machines.add()
        films = f"s3://{bucket.name}/videos"
        done = sceneseek("index", films, "--only", "visual", "--on", machines.address, "--json", **spread)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["indexed"] == len(VIDEOS)
    assert len(bucket.keys("shards")) == len(VIDEOS)
    expected = answers(**alone)
    assert all(expected)
    assert answers(**spread) == expected
