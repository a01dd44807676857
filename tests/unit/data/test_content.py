import io
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.sources.content import Content, FileChanged, FileGone, FileUnreadable, open_content
from data.sources.source import Opened, Stamp
from data.types import Location


def _place(path: Path) -> Location:
    status = path.stat()
    stamp = status.st_size, status.st_mtime_ns
    root, name = os.fsencode(path.parent), os.fsencode(path.name)
    return Location(root, name, "0" * 32, *stamp, "indexed", None, None, *stamp, datetime.now(UTC))


@contextmanager
def _without_descriptors() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_file_that_can_not_be_opened_now_is_not_one_that_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"film")
    place = _place(path)
    with _without_descriptors(), pytest.raises(FileUnreadable, match="Too many open files"):
        open_content([place])
    path.unlink()
    with pytest.raises(FileGone):
        open_content([place])


@pytest.mark.parametrize(("name", "raised"), [("a" * 300, FileUnreadable), ("absent", FileGone)])
def test_nor_is_one_that_can_not_be_looked_at_again(tmp_path: Path, name: str, raised: type[Exception]) -> None:
    opened = Opened(io.BytesIO(), Stamp(0, 0), ())
    place = replace(_place(tmp_path), root=os.fsencode(tmp_path), path=os.fsencode(name))
    content = Content(place, opened, tmp_path / name)
    with pytest.raises(raised):
        content.check_unchanged()


def test_what_has_become_a_folder_has_changed_and_keeps_no_descriptor(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"film")
    place = _place(path)
    path.unlink()
    path.mkdir()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with pytest.raises(FileChanged, match="file changed"):
            open_content([place])
    assert len(list(Path("/proc/self/fd").iterdir())) == before
