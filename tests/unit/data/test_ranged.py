"""A file behind HTTP gives the bytes that lie there, in whatever order they are asked for, or says why it can't."""

import errno
import io
import os
import random
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import httpx
import pytest

from data.identity import video_id_of
from data.media.pixels import shrunk
from data.media.reading import Damage, grid
from data.remote import http, ranged
from data.remote.errors import RemoteError
from data.remote.opening import open_address, open_anywhere, server_of, stamp_of
from data.remote.ranged import Reading
from data.types import VideoError
from tests import media
from tests.web import Web, serving

DATA = random.Random(1).randbytes(3_000_000)


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(ranged, "_PAUSE_S", 0.01)
    (tmp_path / "film.mp4").write_bytes(DATA)
    with serving(tmp_path) as found:
        yield found


def _path(web: Web) -> Path:
    return Path(f"{web.address}/film.mp4")


def _address(web: Web) -> bytes:
    return f"{web.address}/film.mp4".encode()


def _why(web: Web, reading: Reading | None = None) -> tuple[int | None, str]:
    """Why it can't be read."""
    address = _address(web)
    with open_address(address, server_of(address).head(address), reading) as file, pytest.raises(RemoteError) as raised:
        file.read()
    return raised.value.errno, str(raised.value)


@pytest.mark.parametrize("has_ranges", [True, False])
def test_it_reads_as_the_file_does(web: Web, has_ranges: bool) -> None:
    web.faults.has_ranges = has_ranges
    chosen = random.Random(2)
    places = [2_900_000, 0, 5, 262_144, 262_140, 600_000, 2_999_999, *(chosen.randrange(3_000_000) for _ in range(6))]
    with open_anywhere(_path(web)) as file:
        for place in places:
            assert file.seek(place) == place
            count = chosen.randrange(1, 400_000)
            read = file.read(count)
            assert read
            assert read == DATA[place : place + len(read)]
        assert file.seek(-3, io.SEEK_END) == len(DATA) - 3
        assert file.read(10) == DATA[-3:]
        assert file.read(10) == b""


def test_its_content_has_the_id_of_the_same_bytes_elsewhere(web: Web) -> None:
    assert video_id_of(_path(web)) == video_id_of(web.folder / "film.mp4")
    ranges = [asked for method, _, asked in web.asked if method == "GET"]
    # Once through, in blocks that grow.
    assert ranges == ["bytes=0-262143", "bytes=262144-786431", "bytes=786432-1835007", "bytes=1835008-2999999"]


def test_what_lies_at_the_end_costs_no_whole_copy(web: Web) -> None:
    with open_anywhere(_path(web)) as file:
        file.seek(-1000, io.SEEK_END)
        assert file.read(1000) == DATA[-1000:]
    assert [asked for method, _, asked in web.asked if method == "GET"] == ["bytes=2999000-2999999"]


def test_what_is_cut_off_is_asked_for_again(web: Web) -> None:
    web.faults.cut_after, web.faults.cuts = 100_000, 2
    assert video_id_of(_path(web)) == video_id_of(web.folder / "film.mp4")


def test_what_is_cut_off_again_and_again_is_told(web: Web) -> None:
    web.faults.cut_after = 100_000
    assert _why(web) == (errno.EPIPE, "the server cut it off")


def test_a_server_that_is_busy_is_asked_again(web: Web) -> None:
    web.faults.busy_times = 2
    assert stamp_of(_path(web))[0] == len(DATA)
    web.faults.busy_times = 3
    with pytest.raises(RemoteError, match="the server answers 503"):
        stamp_of(_path(web))


def test_a_slow_server_is_told_of(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    web.faults.wait_s = 0.3
    assert _why(web, Reading(patience_s=0.05)) == (errno.ETIMEDOUT, "the server sends it too slowly")
    client = httpx.Client(timeout=0.1)
    monkeypatch.setattr(http, "_client", lambda: client)
    assert _why(web) == (errno.ETIMEDOUT, "the server does not answer in time")
    client.close()


def test_what_changes_while_it_is_read_gives_none_of_its_new_bytes(web: Web) -> None:
    with open_anywhere(_path(web)) as file:
        assert file.read(10) == DATA[:10]
        (web.folder / "film.mp4").write_bytes(DATA[::-1])
        file.seek(2_000_000)
        with pytest.raises(RemoteError, match="it changed while it was read"):
            file.read(10)


def test_what_shrinks_while_it_is_read_has_changed(web: Web) -> None:
    web.faults.has_ranges = False
    with open_anywhere(_path(web)) as file:
        (web.folder / "film.mp4").write_bytes(b"short")
        with pytest.raises(RemoteError, match="it changed while it was read"):
            file.read(10)


def test_another_range_than_was_asked_for_is_not_taken(web: Web) -> None:
    web.faults.is_other_range = True
    assert _why(web) == (errno.EPROTO, "the server gives another range than was asked for")


def test_a_server_without_ranges_is_not_read_for_ever(web: Web) -> None:
    web.faults.has_ranges = False
    with open_anywhere(_path(web)) as file, pytest.raises(RemoteError, match="the server gives no ranges"):
        _leap_about(file)


def _leap_about(file: BinaryIO) -> None:
    for place in [2_500_000, 1_700_000, 900_000, 0] * 20:
        file.seek(place)
        file.read(1)


@pytest.mark.parametrize(
    ("status", "number", "why"),
    [
        (404, errno.ENOENT, "nothing is there (404)"),
        (401, errno.EACCES, "the server gives no permission (401)"),
        (302, errno.EPROTO, "the server sends to http://169.254.169.254 (302): name that"),
        (418, errno.EPROTO, "the server answers 418"),
    ],
)
def test_what_a_server_refuses_is_told_in_a_line(web: Web, status: int, number: int, why: str) -> None:
    web.faults.statuses["/film.mp4"] = status
    with pytest.raises(RemoteError) as raised:
        stamp_of(_path(web))
    assert (raised.value.errno, str(raised.value)) == (number, why)


def test_a_server_by_which_no_change_could_be_told_is_refused(web: Web) -> None:
    web.faults.has_tags = False
    with pytest.raises(RemoteError, match="neither ETag nor Last-Modified"):
        stamp_of(_path(web))


def test_a_server_that_is_away_is_told_of(web: Web, tmp_path: Path) -> None:
    with serving(tmp_path) as other:
        address = other.address
    with pytest.raises(RemoteError, match="can't be reached"):
        stamp_of(Path(f"{address}/film.mp4"))
    assert os.fspath(_path(web)).startswith("http:/1")


def test_a_film_that_stops_coming_is_not_a_film_that_ends(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranged, "_SHORTEST", 4096)
    monkeypatch.setattr(ranged, "_LONGEST", 4096)
    long = media.scenes(web.folder / "long.mkv", cuts_s=(5.0, 10.0), duration_s=40.0, fps=10.0)
    assert long.stat().st_size > 20_000
    path, damage = Path(f"{web.address}/long.mkv"), Damage()

    def pictures(of: Path) -> Iterator[object]:
        return grid(of, per_second=4.0, scaler=partial(shrunk, longest=16), damage=damage)

    assert len(list(pictures(path))) == len(list(pictures(long)))
    for status in (404, 403, 500):
        film = pictures(path)
        assert len(list(islice(film, 8))) == 8
        web.faults.statuses["/long.mkv"] = status
        with pytest.raises(VideoError) as raised:
            list(film)
        assert raised.value.stage == "read"
        web.faults.statuses.clear()
