import json
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from data.manifests import ManifestError, frames_of, pictures, read_manifest, slots
from data.media.pixels import Fit

FIT = Fit(8, "squash", "bilinear")


def written(folder: Path, *records: dict[str, object]) -> Path:
    path = folder / "list.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records))
    return path


def grey(path: Path, value: int) -> None:
    Image.fromarray(np.full((20, 30, 3), value, np.uint8)).save(path)


def test_paths_are_relative_to_the_manifest(tmp_path: Path) -> None:
    video, photo = read_manifest(written(tmp_path, {"id": "v", "file": "a.mp4"}, {"id": "p", "frames": ["x/1.webp"]}))
    assert (video.file, video.frames) == (tmp_path / "a.mp4", ())
    assert (photo.file, photo.frames) == (None, (tmp_path / "x/1.webp",))


def test_other_keys_empty_lines_and_blank_captions_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text('\n{"id": "a", "file": "a.mp4", "captions": ["one", " "], "licence": 3}\n\n')
    assert read_manifest(path)[0].captions == ("one",)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "expected an object"),
        ('{"file": "a.mp4"}', '"id" must be a string'),
        ('{"id": "a"}', '"file" or "frames"'),
        ('{"id": "a", "file": "a.mp4", "frames": ["b"]}', "one of them"),
        ('{"id": "a", "frames": []}', '"frames" is empty'),
        ('{"id": "a", "frames": "b"}', "list of strings"),
        ('{"id": "a", "file": "a.mp4", "captions": "b"}', "list of strings"),
    ],
)
def test_a_line_that_is_no_item_is_named_with_its_reason(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text('{"id": "fine", "file": "a.mp4"}\n' + line)
    with pytest.raises(ManifestError, match=reason) as caught:
        read_manifest(path)
    assert f"{path}:2" in str(caught.value)


def test_ids_that_appear_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="two items have the id 'a'"):
        read_manifest(written(tmp_path, {"id": "a", "file": "1.mp4"}, {"id": "a", "file": "2.mp4"}))


def test_missing_and_empty_manifests_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="can't be read"):
        read_manifest(tmp_path / "none.jsonl")
    with pytest.raises(ManifestError, match="no items"):
        read_manifest(written(tmp_path))


@pytest.mark.parametrize(
    ("given", "chosen"), [(1, [0] * 8), (3, [0, 0, 0, 1, 1, 2, 2, 2]), (16, list(range(1, 16, 2)))]
)
def test_given_frames_fill_the_slots_evenly(given: int, chosen: list[int]) -> None:
    assert slots(given, 8).tolist() == chosen


def test_frames_are_repeated_in_order_to_fill_the_slots(tmp_path: Path) -> None:
    grey(tmp_path / "dark.png", 10)
    grey(tmp_path / "light.png", 200)
    (item,) = read_manifest(written(tmp_path, {"id": "a", "frames": ["dark.png", "light.png"]}))
    assert frames_of(item, FIT, 4).mean(axis=(1, 2, 3)).round().tolist() == [10, 10, 200, 200]
    assert pictures(item, FIT).shape == (2, 8, 8, 3)


def test_a_file_gives_its_frames_at_the_midpoints(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as out:
        stream = out.add_stream("libx264", rate=4, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for value in range(8):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), 20 + 25 * value, np.uint8), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    (item,) = read_manifest(written(tmp_path, {"id": "a", "file": "a.mp4"}))
    means = frames_of(item, FIT, 4).mean(axis=(1, 2, 3))
    assert np.abs(means - [45, 95, 145, 195]).max() < 6


@pytest.mark.parametrize("record", [{"frames": ["bad.png"]}, {"file": "bad.mp4"}, {"frames": ["none.png"]}])
def test_unreadable_media_are_errors_that_name_the_item(tmp_path: Path, record: dict[str, object]) -> None:
    (tmp_path / "bad.png").write_text("no picture")
    (tmp_path / "bad.mp4").write_text("no video")
    (item,) = read_manifest(written(tmp_path, {"id": "a", **record}))
    with pytest.raises(ManifestError, match="item 'a' can't be read"):
        frames_of(item, FIT, 2)
