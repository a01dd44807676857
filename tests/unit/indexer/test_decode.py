import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data.media.pixels import Fit
from data.media.reading import NoPicture
from data.types import VideoError
from indexer.execute.decode import Decoded, DecodeProcess, Recipe
from indexer.modalities.modality import ClipFrames
from indexer.modalities.visual import ClipReader
from tests import media

RECIPE = Recipe(
    readers={"visual": ClipReader(Fit(16, "squash", "bilinear"), frames_per_clip=2)},
    grid_per_second=4.0,
    threads=1,
    memory_bytes=2 << 30,
    stall_s=60.0,
)


@pytest.fixture
def process() -> Iterator[DecodeProcess]:
    worker = DecodeProcess(RECIPE)
    yield worker
    worker.close()


def test_a_file_becomes_its_clips_and_an_end(process: DecodeProcess, tmp_path: Path) -> None:
    path = media.scenes(tmp_path / "a.mp4", cuts_s=(2.0,), duration_s=5.0)
    assert process.identify(path).facts.codec == "h264"
    first, second, end = process.decode(path)
    assert isinstance(first, ClipFrames)
    assert isinstance(second, ClipFrames)
    assert isinstance(end, Decoded)
    assert (first.end_s, second.start_s) == (2.0, 2.0)
    assert first.frames.pixels.shape == (2, 16, 16, 3)
    assert end.end_s == pytest.approx(5.0)


def test_failures_cross_the_process_border_with_their_kind(process: DecodeProcess, tmp_path: Path) -> None:
    with pytest.raises(NoPicture):
        process.identify(media.audio_only(tmp_path / "song.mp4"))
    with pytest.raises(VideoError, match="read: No such file"):
        process.identify(tmp_path / "missing.mp4")


def test_a_file_that_gives_nothing_costs_its_stall_and_no_more(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "hang.mp4")
    process = DecodeProcess(replace(RECIPE, stall_s=3.0))
    with pytest.raises(VideoError, match="nothing came out of it for 3 s"):
        process.identify(tmp_path / "hang.mp4")
    assert process.identify(media.scenes(tmp_path / "a.mp4", duration_s=0.5))
    process.close()


def test_a_crash_of_the_decoder_is_a_failure_of_that_file(process: DecodeProcess, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "hang.mp4")
    process.identify(media.scenes(tmp_path / "a.mp4", duration_s=0.5))
    child = process._sandbox._child
    assert child is not None
    assert child.process.pid is not None
    threading.Thread(target=_kill_reader, args=(tmp_path / "hang.mp4", child.process.pid)).start()
    with pytest.raises(VideoError, match=r"crashed \(SIGSEGV\)"):
        process.identify(tmp_path / "hang.mp4")


def test_killed_before_it_began_it_never_begins(process: DecodeProcess, tmp_path: Path) -> None:
    process.kill()
    with pytest.raises(VideoError, match="stopped"):
        process.identify(media.scenes(tmp_path / "a.mp4", duration_s=0.5))


def _kill_reader(pipe: Path, pid: int) -> None:
    with pipe.open("wb"):  # waits until it is being read
        os.kill(pid, signal.SIGSEGV)


def test_a_picture_too_large_for_the_memory_given_is_a_failure_not_the_end(
    process: DecodeProcess, tmp_path: Path
) -> None:
    with pytest.raises(VideoError):
        process.identify(media.huge_canvas(tmp_path / "canvas.gif"))
