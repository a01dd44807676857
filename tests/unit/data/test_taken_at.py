"""When a video was taken, as its container says it, or nothing: a wrong date is no failure."""

from pathlib import Path

import pytest

from data.media.reading import probe
from tests.numbered import evenly, write


def dated(path: Path, date: str) -> Path:
    # Under its own name FFmpeg would write only a date that it understands.
    write(path, evenly(5), metadata={"creation_tim_": date})
    data = path.read_bytes()
    assert b"creation_tim_" in data
    path.write_bytes(data.replace(b"creation_tim_", b"creation_time"))
    return path


@pytest.mark.parametrize("date", ["1970-01-01T00:00:00Z", "1904-01-01T00:00:00Z"])
def test_clock_that_was_never_set_tells_no_date(tmp_path: Path, date: str) -> None:
    assert probe(dated(tmp_path / "a.flv", date)).taken_at is None


@pytest.mark.parametrize(
    "date", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0000-00-00T00:00:00Z", "-1", "yesterday", ""]
)
def test_date_that_no_calendar_has_is_no_date(tmp_path: Path, date: str) -> None:
    assert probe(dated(tmp_path / "a.flv", date)).taken_at is None


def test_date_in_a_zone_is_told_in_utc(tmp_path: Path) -> None:
    taken_at = probe(dated(tmp_path / "a.flv", "2024-05-01T01:00:00+02:00")).taken_at
    assert str(taken_at) == "2024-04-30 23:00:00+00:00"
