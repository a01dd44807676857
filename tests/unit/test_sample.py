import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from data.sample import MediaMissing, build
from data.sample.__main__ import told
from data.sample.film import fitted
from data.sample.patterns import red_ball_moving_left
from data.sample.photographs import Pan, View
from data.sample.sources import SOURCES

DOCS = Path(__file__).parents[2] / "docs" / "sample.md"


def test_every_file_of_the_library_is_listed_with_its_source_and_licence() -> None:
    rows = [line for line in DOCS.read_text().splitlines() if line.startswith("| `")]
    assert rows == [f"| `{name}` | {s.shows} | {s.origin} | {s.licence} |" for name, s in SOURCES.items()]


def test_missing_packages_are_named_and_leave_no_file(tmp_path: Path) -> None:
    with pytest.raises(MediaMissing, match=r"bigbuckbunny\.mp4 is not there"):
        build(tmp_path / "sample", media=tmp_path)
    assert list((tmp_path / "sample").iterdir()) == []


def test_what_was_there_before_is_told_only_when_something_was() -> None:
    count = len(SOURCES)
    assert told(count, Path("there")) == f"{count} videos written to there"
    assert told(count - 1, Path("there")) == f"{count - 1} videos written to there, 1 was there"
    assert told(1, Path("there")) == f"1 video written to there, {count - 1} were there"


def test_pan_moves_a_little_in_every_frame(tmp_path: Path) -> None:
    x, y = np.meshgrid(np.arange(256), np.arange(64))
    blob = 255 * np.exp(-((x - 128) ** 2 + (y - 32) ** 2) / 200)
    Image.fromarray(blob.astype(np.uint8)).save(tmp_path / "blob.png")
    pan = Pan("blob.png", View(0.4, 0.5, 0.5), View(0.6, 0.5, 0.5), duration_s=6.0)
    columns = [np.asarray(p.convert("L"), dtype=float).sum(axis=0) for p in pan.pictures(tmp_path)]
    positions = [np.average(np.arange(256), weights=c) for c in columns]  # of the blob, which moves left
    steps = np.diff(positions)[20:-20]
    assert len(positions) == 150
    assert steps.max() < -0.2
    assert steps.min() > -1.2


def test_view_stays_inside_the_picture() -> None:
    assert View(0.0, 1.0, 0.5).box(100, 200) == (0, 100, 50, 200)


def test_pictures_are_never_enlarged_and_keep_their_shape() -> None:
    assert fitted(451, 300) == (450, 300)
    assert fitted(1280, 960) == (640, 480)


def test_ball_moves_left() -> None:
    def ball_x(picture: Image.Image) -> float:
        pixels = np.asarray(picture).astype(int)
        red = (pixels[..., 0] > 200) & (pixels[..., 1] < 60)
        return float(np.nonzero(red)[1].mean())

    positions = [ball_x(p) for p in list(red_ball_moving_left())[30:-30]]
    assert (np.diff(positions) < 0).all()


@pytest.mark.slow
def test_every_sample_video_plays_in_a_browser(sample_folder: Path) -> None:
    assert {p.name for p in sample_folder.iterdir()} == set(SOURCES)
    for path in sample_folder.iterdir():
        with av.open(path) as container:
            stream = container.streams.video[0]
            frames = sum(1 for _ in container.decode(stream))
            assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p"), path.name
            assert frames >= 30, path.name


@pytest.mark.slow
def test_pets_and_space_cuts_every_five_seconds(sample_folder: Path) -> None:
    with av.open(sample_folder / "pets_and_space.mp4") as container:
        small = [f.reformat(64, 40, "gray").to_ndarray().astype(int) for f in container.decode(video=0)]
    change = np.array([np.abs(b - a).mean() for a, b in itertools.pairwise(small)])
    assert sorted(np.argsort(change)[-4:] + 1) == [5 * 25, 10 * 25, 15 * 25, 20 * 25]


@pytest.mark.slow
def test_files_that_are_there_are_left_alone(sample_folder: Path, media: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in sample_folder.iterdir()}
    assert build(sample_folder, media=media) == []
    assert {p: p.stat().st_mtime_ns for p in sample_folder.iterdir()} == before
