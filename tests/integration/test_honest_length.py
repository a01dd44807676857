"""A file is partial when something of it is missing, and as long as what is there."""

from pathlib import Path

import pytest

from data.stores.catalog import open_catalog, views
from tests import media
from tests.bench import Bench
from tests.numbered import evenly, write

SOUND = {
    "mkv": "aac",
    "webm": "libopus",
    "mp4": "aac",
    "mov": "aac",
    "avi": "mp2",
    "ts": "mp2",
    "mpg": "mp2",
    "flv": "aac",
}
CODEC = {"webm": "libvpx", "avi": "mpeg4", "mpg": "mpeg2video"}
# The others say nowhere how long they are, or FFmpeg goes by how long they are now.
SAY_HOW_LONG = ("mkv", "webm", "mp4", "mov", "flv")


def film(folder: Path, kind: str, name: str, *, pictures_s: float, sound_s: float) -> Path:
    times_s, codec = evenly(round(pictures_s * 25)), CODEC.get(kind, "libx264")
    return write(folder / f"{name}.{kind}", times_s, codec=codec, sound=SOUND[kind], sound_s=sound_s)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    bench = Bench(tmp_path_factory.mktemp("bench"))
    for kind in SOUND:
        film(bench.videos, kind, "sound_goes_on", pictures_s=1.5, sound_s=3.5)
        film(bench.videos, kind, "pictures_go_on", pictures_s=3.5, sound_s=1.5)
    for kind in SAY_HOW_LONG:
        path = film(bench.videos, kind, "cut", pictures_s=4.0, sound_s=4.0)
        if kind in ("mp4", "mov"):
            media.faststart(path)
        media.truncate(path, 0.6)
    write(bench.videos / "joined.ts", evenly(50), codec="mpeg2video", container="mpegts")
    second = write(bench.videos / "second.ts", evenly(50), codec="mpeg2video", container="mpegts", first=50)
    with (bench.videos / "joined.ts").open("ab") as joined:
        joined.write(second.read_bytes())
    second.unlink()
    media.scenes(bench.videos / "seldom.flv", fps=1.0, duration_s=60.0)
    bench.run()
    return bench


def duration_s(bench: Bench, name: str) -> float:
    video_id = bench.ledger()[name].video_id
    catalog = open_catalog(bench.library.catalog)
    try:
        known = views.video(catalog, video_id or "")
        assert known is not None
        return known[0].duration_s
    finally:
        catalog.close()


@pytest.mark.parametrize("kind", SOUND)
@pytest.mark.parametrize("name", ["sound_goes_on", "pictures_go_on"])
def test_whole_file_is_indexed_whole_though_one_of_its_streams_is_shorter(bench: Bench, kind: str, name: str) -> None:
    location = bench.ledger()[f"{name}.{kind}"]
    assert (location.state, location.reason) == ("indexed", None)
    assert duration_s(bench, f"{name}.{kind}") == pytest.approx(3.5, abs=0.2)


@pytest.mark.parametrize("kind", SAY_HOW_LONG)
def test_cut_file_with_sound_is_partial_and_as_long_as_what_is_there(bench: Bench, kind: str) -> None:
    location = bench.ledger()[f"cut.{kind}"]
    assert (location.state, (location.reason or "")[:5]) == ("partial", "read ")
    assert (location.reason or "").endswith("of 4.0 s")
    assert 1.5 < duration_s(bench, f"cut.{kind}") < 3.0


def test_video_lasts_as_long_as_its_last_clip_when_the_clock_starts_anew(bench: Bench) -> None:
    assert bench.ledger()["joined.ts"].state == "indexed"
    assert duration_s(bench, "joined.ts") == pytest.approx(4.0, abs=0.1)


def test_film_of_few_pictures_may_count_some_of_them_twice(bench: Bench) -> None:
    location = bench.ledger()["seldom.flv"]
    assert (location.state, location.reason) == ("indexed", None)
