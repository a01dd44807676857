"""The endings of cameras and recorders: a walk takes such files, and they open."""

import os
import struct
from pathlib import Path

import av
import pytest
from av.video.stream import VideoStream

from data.media.reading import EXTENSIONS, probe
from data.sources.walk import Walker
from tests.media import picture

# What holds files of these endings: FFmpeg's name of the container, and a codec.
CONTAINERS = {
    ("mp4", "libx264"): "3gp2 3gpp 3gpp2 360 f4p insv k3g lrf lrv mj2 mjp2 mp4v mpeg4 mqv osv",
    ("avi", "mpeg4"): "divx xvid",
    ("matroska", "libx264"): "mk3d",
    ("mpegts", "libx264"): "rec ssif tod tp trp",
    ("vob", "mpeg2video"): "evo m2p mod mpeg2 mpg2 vdr vro",
    ("mpeg", "mpeg1video"): "mpeg1",
    ("asf", "wmv2"): "dvr-ms wm",
    ("wtv", "mpeg2video"): "wtv",
    ("h264", "libx264"): "264 avc h264",
    ("hevc", "libx265"): "265 h265 hevc",
    ("mpeg2video", "mpeg2video"): "mp2v mpv",
    ("h261", "h261"): "h261",
    ("h263", "h263"): "h263",
    ("ivf", "libvpx"): "ivf",
    ("gxf", "mpeg2video"): "gxf",
}
CASES = [(name, *how) for how, names in CONTAINERS.items() for name in names.split()]
SIZES = {"gxf": (720, 576), "h261": (176, 144), "h263": (176, 144)}


def recorded(path: Path, container: str, codec: str) -> Path:
    """Write a second of one picture."""
    size = SIZES.get(container, (160, 112))
    with av.open(path, "w", format=container) as out:
        stream = out.add_stream(codec, rate=25)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        if codec == "libx265":
            stream.options = {"x265-params": "log-level=none:pools=1"}
        for _ in range(25):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture(0, size), format="rgb24")))
        out.mux(stream.encode(None))
    return path


def of_a_surveillance_camera(path: Path, tmp_path: Path) -> Path:
    """The same in Dahua's container, which FFmpeg only reads: a head, the picture's bytes, a tail."""
    with av.open(recorded(tmp_path / "raw.h264", "h264", "libx264")) as raw:
        units = [bytes(packet) for packet in raw.demux() if packet.size]
    with path.open("wb") as out:
        for number, unit in enumerate(units):
            extra = bytes((0x80, 0, 20, 14)) + bytes((0x81, 0, 2, 25))  # size in eights; H.264 at 25 a second
            length = 24 + len(extra) + len(unit) + 8
            kind = 0xFD if number == 0 else 0xFC
            head = struct.pack(
                "<4sBBBBIIIHBB", b"DHAV", kind, 0, 0, 0, number, length, 1 << 26, number * 40, len(extra), 0
            )
            out.write(head + extra + unit + struct.pack("<4sI", b"dhav", length))
    return path


def is_taken_and_opens(path: Path) -> bool:
    folder = os.fsencode(path.parent)
    taken = dict(Walker(folder).files(folder))
    return os.fsencode(path) in taken and probe(path).height > 0


@pytest.mark.parametrize(("name", "container", "codec"), CASES)
def test_a_file_of_this_ending_is_taken_and_opens(name: str, container: str, codec: str, tmp_path: Path) -> None:
    assert is_taken_and_opens(recorded(tmp_path / f"a.{name}", container, codec))


def test_a_file_of_a_surveillance_camera_is_taken_and_opens(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    assert is_taken_and_opens(of_a_surveillance_camera(tmp_path / "in" / "a.dav", tmp_path))


def test_endings_are_lower_case_and_begin_with_a_dot() -> None:
    assert all(ending == f".{ending[1:].lower()}" and len(ending) > 1 for ending in EXTENSIONS)
