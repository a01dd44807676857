"""Pictures of a stretch in a row, from the service over a small real library."""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests.small_library import COLOURS, SmallLibrary, colour_pair, published


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallLibrary]:
    with published(tmp_path, "flag.mp4", [("blue", 2), ("white", 2), ("red", 4)]) as library:
        yield library


@pytest.fixture
def client(small: SmallLibrary) -> Iterator[TestClient]:
    app = create_app(ServiceSettings(library=small.library.folder), open_pair=lambda *_: colour_pair())
    with TestClient(app) as client:
        yield client


def _url(small: SmallLibrary) -> str:
    return f"/v1/videos/{small.videos['flag.mp4']}/strip"


def _colours(data: bytes, count: int) -> list[str]:
    """What each of its pictures shows; all are 64 × 64."""
    pixels = np.asarray(Image.open(BytesIO(data)).convert("RGB"), np.float64)
    assert pixels.shape == (64, 64 * count, 3)
    means = [picture.mean(axis=(0, 1)) for picture in np.split(pixels, count, axis=1)]
    return [min(COLOURS, key=lambda name: float(np.abs(mean - COLOURS[name]).sum())) for mean in means]


@pytest.mark.parametrize(
    ("asked", "colours"),
    [
        ({"count": 4}, ["blue", "white", "red", "red"]),
        ({}, ["blue"] * 2 + ["white"] * 2 + ["red"] * 4),
        ({"start": 1.0, "end": 3.0, "count": 2}, ["blue", "white"]),
        ({"start": 3.9, "end": 4.1, "count": 2}, ["white", "red"]),
        ({"start": 7.0, "end": 100.0, "count": 3}, ["red"] * 3),
        ({"start": 1000.0, "end": 2000.0, "count": 2}, ["red"] * 2),
    ],
)
def test_strip_shows_the_middle_of_every_part(
    client: TestClient, small: SmallLibrary, asked: dict[str, float], colours: list[str]
) -> None:
    response = client.get(_url(small), params=asked)
    assert (response.status_code, response.headers["content-type"]) == (200, "image/webp")
    assert _colours(response.content, len(colours)) == colours


@pytest.mark.parametrize(
    "asked",
    [
        {"count": 1},
        {"count": 61},
        {"start": 3, "end": 3},
        {"start": 3, "end": 2},
        {"start": 2, "end": 2.0001},
        {"start": 8},
        {"start": -1},
        {"start": "nan"},
        {"end": "inf"},
    ],
)
def test_strip_of_nothing_or_of_too_much_is_refused(
    client: TestClient, small: SmallLibrary, asked: dict[str, float]
) -> None:
    response = client.get(_url(small), params=asked)
    assert (response.status_code, response.json()["type"]) == (422, "urn:sceneseek:invalid")


def test_strip_is_made_once_and_kept_with_the_thumbnails(client: TestClient, small: SmallLibrary) -> None:
    first = client.get(_url(small), params={"start": 1, "end": 3})
    (kept,) = small.library.thumbs.glob("*/*.webp")
    assert kept.read_bytes() == first.content
    kept.write_bytes(b"what is kept")
    assert client.get(_url(small), params={"start": 1.0, "end": 3.0, "count": 8}).content == b"what is kept"
    assert client.head(_url(small), params={"start": 1, "end": 3}).status_code == 200


def test_broken_file_gives_no_strip(client: TestClient, small: SmallLibrary) -> None:
    path = small.root / "flag.mp4"
    status = path.stat()
    path.write_bytes(bytes(status.st_size))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    response = client.get(_url(small))
    assert (response.status_code, response.json()["type"]) == (503, "urn:sceneseek:no-picture")
