"""Why a file is not in the library, for people."""

import errno
import os
import re
from pathlib import Path

import pytest

from data.media import reading
from data.reasons import says
from data.types import State, VideoError
from tests.media import text

_STAGES = ("probe", "identify", "decode", "memory", "read", "settle", "exclude", "embed", None)


@pytest.mark.parametrize(
    ("stage", "reason", "words"),
    [
        ("probe", "the file is empty", "empty"),
        ("probe", "no moving picture in it", "no moving picture"),
        ("probe", "its codec is not known to this build of FFmpeg", "format"),
        ("probe", "9000×9000 pixels, the limit is 67108864", "larger"),
        ("decode", "no picture could be decoded", "no picture"),
        ("decode", "nothing came out of it for 60 s", "too long"),
        ("decode", "the decoder crashed (SIGSEGV)", "damaged"),
        ("memory", "not enough memory: it needs more than 4096 MiB", "memory"),
        ("settle", "it changed while it was read", "still being written"),
        ("settle", "it is still new", "still being written"),
        ("exclude", "excluded by raw/*", "rule"),
        ("embed", "NoVectors", "model"),
        ("read", os.strerror(errno.EACCES), "may not read"),
        ("read", os.strerror(errno.ENOENT), "no longer there"),
    ],
)
def test_each_reason_has_its_words(stage: str, reason: str, words: str) -> None:
    assert words in (says("failed", stage, reason) or "")


@pytest.mark.parametrize(
    "number", [errno.EIO, errno.ESTALE, errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.EHOSTDOWN, errno.ETIMEDOUT]
)
def test_a_disk_that_is_dead_or_away_is_said_to_be(number: int) -> None:
    assert says("failed", "read", os.strerror(number)) == "The disk did not answer."


def test_what_was_lost_of_a_file_is_said() -> None:
    assert "to the end" in (says("partial", "decode", "read 3.1 of 8.0 s") or "")
    assert "Pieces" in (says("partial", "decode", "4 damaged pieces left out") or "")


@pytest.mark.parametrize("state", ["partial", "failed", "skipped", "gone"])
@pytest.mark.parametrize("stage", _STAGES)
@pytest.mark.parametrize("reason", [None, "", "who knows", "AVERROR(-1094995529)"])
def test_whatever_was_recorded_there_is_one_sentence_without_words_of_the_program(
    state: State, stage: str | None, reason: str | None
) -> None:
    told = says(state, stage, reason) or ""
    assert re.fullmatch(r"[A-Z].*\.", told)
    assert not re.search(r"\b(probe|identify|decode|embed|settle|exclude|stage|AVERROR)\b", told)


def test_a_file_that_is_as_it_should_be_needs_no_reason() -> None:
    assert says("indexed", None, None) is None


def test_a_file_of_text_is_said_to_be_no_video(tmp_path: Path) -> None:
    with pytest.raises(VideoError) as failed:
        reading.probe(text(tmp_path / "notes.mp4"))
    assert says("failed", failed.value.stage, failed.value.reason) == "It is not a video, or its beginning is damaged."
