"""Pictures and videos that come with queries, hostile ones among them."""

import base64
import os
import stat
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from data.sandbox.pool import Pool
from data.sandbox.process import Beat, Bounds
from data.types import QueryError
from search.query import wire
from search.query.bodies import query_of
from search.query.tree import And
from search.query.tree import Image as Picture
from search.query.uploads import Uploads
from tests import media


@pytest.fixture
def uploads() -> Iterator[Uploads]:
    with Uploads() as uploads:
        yield uploads


def _encoded(picture: Image.Image, kind: str, **options: Any) -> str:
    out = BytesIO()
    picture.save(out, kind, **options)
    return base64.b64encode(out.getvalue()).decode()


def _plain(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, (width, height))


def test_a_picture_comes_upright_and_no_larger_than_a_tower_looks_at(uploads: Uploads) -> None:
    picture = _plain(2000, 1000)
    picture.paste((255, 0, 0), (0, 0, 1000, 1000))
    picture.getexif()[0x0112] = 6  # turn it a quarter clockwise
    pixels = uploads.picture(_encoded(picture, "JPEG", exif=picture.getexif()))
    assert pixels.shape == (1024, 512, 3)
    assert np.abs(pixels[:400].astype(int) - (255, 0, 0)).max() < 10
    assert pixels[600:].max() < 10


@pytest.mark.parametrize(
    ("kind", "size", "mode", "frames"),
    [
        ("WEBP", (16383, 3050), "RGB", 1),
        ("PNG", (10_000, 5_000), "1", 1),
        ("GIF", (5_000, 5_000), "P", 1),
        ("BMP", (20_000, 1_000), "1", 1),
        ("WEBP", (5_000, 5_000), "RGB", 2),
        ("PNG", (5_000, 5_000), "1", 2),
    ],
)
def test_a_small_file_of_many_pixels_is_refused(
    uploads: Uploads, kind: str, size: tuple[int, int], mode: str, frames: int
) -> None:
    more = {"save_all": True, "append_images": [_plain(*size, mode)]} if frames > 1 else {}
    with pytest.raises(QueryError, match="pixels, the limit is 16777216"):
        uploads.picture(_encoded(_plain(*size, mode), kind, **more))


def test_a_frame_may_not_be_larger_than_the_picture_says(uploads: Uploads) -> None:
    gif = bytearray(base64.b64decode(_encoded(_plain(64, 64, "P"), "GIF")))
    place = gif.index(b"\x2c\x00\x00\x00\x00") + 5  # the first frame's width and height
    gif[place : place + 4] = (60_000).to_bytes(2, "little") * 2
    with pytest.raises(QueryError):
        uploads.picture(base64.b64encode(gif).decode())


def test_a_telephones_large_jpeg_is_taken(uploads: Uploads) -> None:
    assert uploads.picture(_encoded(_plain(8160, 6120), "JPEG")).shape == (768, 1024, 3)


@pytest.mark.parametrize("data", [b"", b"no", b"\x89PNG\r\n\x1a\n" + bytes(40), b"RIFF\xff\xff\xff\xffWEBPVP8 "])
def test_what_is_no_picture_is_said_to_be_none(uploads: Uploads, data: bytes) -> None:
    with pytest.raises(QueryError, match="the image"):
        uploads.picture(base64.b64encode(data).decode())


def test_too_many_parts_are_refused_before_one_is_decoded(uploads: Uploads) -> None:
    rows = [{"or": [{"image": "no base64"}] * 9}] * 2
    asked = wire.SearchBody.model_validate({"query": {"and": rows}}).query
    with pytest.raises(QueryError, match="the query has 18 parts, the limit is 16"):
        query_of(asked, uploads)


def test_a_query_of_many_pictures_keeps_their_order(uploads: Uploads) -> None:
    leaves = [{"image": _encoded(Image.new("RGB", (8, 8), (shade, 0, 0)), "PNG")} for shade in range(0, 160, 10)]
    query = query_of(wire.SearchBody.model_validate({"query": {"and": leaves}}).query, uploads)
    assert isinstance(query, And)
    shades = [part.pixels[0, 0, 0] for part in query.parts if isinstance(part, Picture)]
    assert shades == list(range(0, 160, 10))


def test_a_decoder_that_crashes_costs_that_query_and_no_other(uploads: Uploads) -> None:
    uploads._pictures = Pool(_dies_of_gifs, Bounds(1 << 30, 60.0), count=1, waiting=0)
    with pytest.raises(QueryError, match=r"the image can't be read: the decoder crashed \(exit code 1\)"):
        uploads.picture(base64.b64encode(b"GIF").decode())
    assert uploads.picture(base64.b64encode(b"PNG").decode()).shape == (1, 1, 3)


def _dies_of_gifs(_: Beat, data: bytes) -> Iterator[object]:
    if data == b"GIF":
        os._exit(1)
    yield np.zeros((1, 1, 3), np.uint8)


def test_a_video_is_sampled_over_its_length(uploads: Uploads, tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "a.mp4", cuts_s=(3.0,), duration_s=6.0)
    frames = uploads.film(base64.b64encode(path.read_bytes()).decode())
    assert frames.shape == (8, 120, 160, 3)
    assert np.abs(frames[0].astype(int) - frames[7]).mean() > 20
    with pytest.raises(QueryError, match="the video can't be read"):
        uploads.film(base64.b64encode(b"no video").decode())


def test_a_video_lies_in_a_folder_of_its_own_that_goes_with_it(
    uploads: Uploads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "neighbour").write_text("secret")
    uploads._films = Pool(_looks_around, Bounds(1 << 30, 60.0), count=1, waiting=0)
    seen = uploads.film(base64.b64encode(b"a list of files").decode())
    assert seen.tolist() == [0o700, 1]
    assert [path.name for path in tmp_path.iterdir()] == ["neighbour"]


def _looks_around(_: Beat, path: Path) -> Iterator[object]:
    yield np.array([stat.S_IMODE(path.parent.stat().st_mode), len(list(path.parent.iterdir()))])
