"""Clips and reels, proven by films whose pictures carry their number."""

import zipfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from data.media.timing import measured
from search.handover import handing
from search.handover.handing import hand_over
from search.handover.maker import Maker
from search.handover.order import HandoverError, Order, Wish
from tests.counted import NTSC, Shelf, film, numbers, steps, unevenly
from tests.numbered import as_it_is
from tests.numbered import write as write_at

RATES = {"23.976": Fraction(24_000, 1001), "25": Fraction(25), "29.97": NTSC, "59.94": Fraction(60_000, 1001)}
ABOUT = "about these clips.txt"


def made(films: Shelf, maker: Maker, format_: str, wishes: Sequence[Wish], **facts: Any) -> Path:
    to = films.folder.with_name(f"made-{format_}")
    hand_over(films.catalog, Order(format_, "Cuts", wishes, **facts), to, maker)
    return to


def unpacked(archive: Path) -> dict[str, Path]:
    """By name, in order."""
    folder = archive.with_name("unpacked")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
        return {name: folder / name for name in opened.namelist()}


def clips(films: Shelf, maker: Maker, wishes: Sequence[Wish], **facts: Any) -> tuple[list[Path], str]:
    found = unpacked(made(films, maker, "clips", wishes, **facts))
    return [path for name, path in found.items() if name != ABOUT], found[ABOUT].read_text()


def cut_of(films: Shelf, path: Path, rate: Fraction, first: int, end: int, **facts: Any) -> Wish:
    return films.wish(path, float(first / rate) + 0.002, float(end / rate) - 0.002, **facts)


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_an_exact_clip_has_these_pictures_at_the_rate_of_its_file(
    films: Shelf, maker: Maker, rate: Fraction, ending: str
) -> None:
    path = film(films.folder / f"a.{ending}", rate, 90, bframes=2, sound=True)
    (clip,), about = clips(films, maker, [cut_of(films, path, rate, 20, 45)], is_exact=True)
    assert numbers(clip) == list(range(20, 45))
    assert steps(clip) == {1 / rate}
    assert measured(clip, [(0.0, 1.0)])[0].rate == rate
    assert "exact, encoded" in about


def test_an_exact_clip_of_uneven_pictures_keeps_their_times(films: Shelf, maker: Maker) -> None:
    times = unevenly(60)
    path = film(films.folder / "a.mp4", 25, 60, times_s=times)
    wishes = [films.wish(path, float(times[20]), float(times[31]))]
    (clip,), about = clips(films, maker, wishes, is_exact=True)
    assert numbers(clip) == list(range(20, 31))
    assert "come unevenly" in about
    with av.open(str(clip)) as opened:
        found = [frame.time for frame in opened.decode(video=0)]
    assert found == pytest.approx([float(each - times[20]) for each in times[20:31]], abs=1e-4)


@pytest.mark.parametrize("bframes", [0, 2])
@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "ts"])
def test_a_copy_begins_with_the_key_picture_before_and_says_so(
    films: Shelf, maker: Maker, ending: str, bframes: int
) -> None:
    path = film(films.folder / f"a.{ending}", 25, 90, bframes=bframes, sound=True)
    (clip,), about = clips(films, maker, [cut_of(films, path, Fraction(25), 40, 50)])
    shown = numbers(clip)
    assert shown[0] == 36
    assert list(range(36, 50)) == shown[:14]
    assert len(shown) <= 14 + bframes
    # Sound that is padded begins a TS a picture earlier.
    early_s = "0.120" if ending == "ts" else "0.160"
    assert f"begins {early_s} s earlier, with the key picture before it" in about
    with av.open(str(clip)) as opened:
        assert opened.streams.audio
        assert opened.streams.video[0].start_time in (None, 0) or clip.suffix != ".mkv"
        assert next(opened.decode(video=0)).time == pytest.approx(0, abs=0.05)


def test_a_copy_from_a_key_picture_begins_there(films: Shelf, maker: Maker) -> None:
    path = film(films.folder / "a.mp4", 25, 60)
    (clip,), about = clips(films, maker, [cut_of(films, path, Fraction(25), 24, 36)])
    assert numbers(clip) == list(range(24, 36))
    assert "begins there" in about


def test_a_copy_is_turned_as_its_file_is(films: Shelf, maker: Maker) -> None:
    path = films.folder / "turned.mp4"
    with av.open(str(film(films.folder / ".flat.mp4", 25, 30))) as flat, av.open(str(path), "w") as out:
        source = flat.streams.video[0]
        stream = out.add_stream_from_template(source)
        stream.set_display_rotation(90)
        for packet in flat.demux(source):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    (clip,), _ = clips(films, maker, [films.wish(path, 0.1, 0.5)])
    with av.open(str(clip)) as copied, av.open(str(path)) as original:
        assert next(copied.decode(video=0)).rotation == next(original.decode(video=0)).rotation != 0


@pytest.mark.parametrize(
    ("said", "copied", "exact"),
    [
        ("00:00:59;00", "00:01:00;08", "00:01:00;12"),
        ("10:00:00:00", "10:00:01:06", "10:00:01:10"),
    ],
)
def test_a_clip_goes_on_with_the_timecode_of_its_file(
    films: Shelf, maker: Maker, said: str, copied: str, exact: str
) -> None:
    path = film(films.folder / "a.mov", NTSC, 90, metadata={"timecode": said}, sound=True)
    wishes = [cut_of(films, path, NTSC, 40, 50)]
    (clip,), _ = clips(films, maker, wishes)
    assert (numbers(clip)[0], measured(clip, [(0.0, 1.0)])[0].timecode) == (36, copied)
    (clip,), _ = clips(films, maker, wishes, is_exact=True)
    assert (numbers(clip), measured(clip, [(0.0, 1.0)])[0].timecode) == (list(range(40, 50)), exact)
    plain = film(films.folder / "b.mov", NTSC, 90)
    (clip,), _ = clips(films, maker, [cut_of(films, plain, NTSC, 40, 50)])
    assert measured(clip, [(0.0, 1.0)])[0].timecode is None


def test_what_can_not_be_copied_is_encoded_and_says_so(films: Shelf, maker: Maker) -> None:
    times = [number / 25 for number in range(50)]
    path = write_at(films.folder / "a.avi", times, codec="mpeg4", reordered=True)
    (clip,), about = clips(films, maker, [cut_of(films, path, Fraction(25), 20, 30)])
    assert numbers(clip) == list(range(20, 30))
    assert "exact, encoded" in about


def test_what_an_mp4_does_not_hold_is_copied_into_matroska(films: Shelf, maker: Maker) -> None:
    path = write_at(films.folder / "a.mkv", [number / 25 for number in range(50)], sound="flac", sound_s=2.0)
    (clip,), _ = clips(films, maker, [cut_of(films, path, Fraction(25), 24, 30)])
    assert clip.suffix == ".mkv"
    assert numbers(clip) == list(range(24, 30))


@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts"])
def test_a_copy_of_hevc_is_what_apple_plays_and_has_an_even_rate(films: Shelf, maker: Maker, ending: str) -> None:
    path = film(films.folder / f"a.{ending}", 25, 90, codec="libx265", bframes=3)
    (clip,), _ = clips(films, maker, [cut_of(films, path, Fraction(25), 40, 60)])
    shown = numbers(clip)
    assert shown[: 60 - shown[0]] == list(range(shown[0], 60))
    assert shown[0] <= 40
    with av.open(str(clip)) as opened:
        stream = opened.streams.video[0]
        assert stream.codec_context.codec_tag == "hvc1"
        assert (stream.codec_context.color_primaries, stream.codec_context.color_trc) == (9, 16)
        assert stream.duration is not None
        assert stream.time_base is not None
        assert len(shown) / float(stream.duration * stream.time_base) == pytest.approx(25, rel=0.1)


def test_what_no_container_takes_as_it_is_is_encoded(films: Shelf, maker: Maker) -> None:
    path = films.folder / "a.gif"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("gif", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgb8"
        for shade in range(0, 200, 10):
            picture = np.full((48, 64, 3), shade, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="rgb8")))
        out.mux(stream.encode(None))
    (clip,), about = clips(films, maker, [films.wish(path, 0.5, 1.0)])
    assert "exact, encoded" in about
    with av.open(str(clip)) as opened:
        assert len(list(opened.decode(video=0))) == 5


def test_clips_are_named_by_file_second_and_query(films: Shelf, maker: Maker) -> None:
    path = film(films.folder / "my: film?.mp4", 25, 50)
    wishes = [films.wish(path, 1.0, 1.5, query='../a "cat"\n/etc/passwd'), films.wish(path, 0.5, 0.8)]
    found = unpacked(made(films, maker, "clips", wishes))
    assert list(found) == ["001 my_ film_ 1.0s .._a _cat_ _etc_passwd.mp4", "002 my_ film_ 0.5s.mp4", ABOUT]


def test_a_file_that_is_gone_is_left_out_and_said_to_be(films: Shelf, maker: Maker) -> None:
    path, other = film(films.folder / "a.mp4", 25, 50), film(films.folder / "b.mp4", 25, 51)
    wishes = [films.wish(path, 0.0, 1.0), films.wish(other, 0.0, 1.0)]
    path.unlink()
    found, about = clips(films, maker, wishes)
    assert [clip.name for clip in found] == ["001 b 0.0s.mp4"]
    assert "left out: " in about
    assert "a.mp4: the file is gone" in about
    other.unlink()
    with pytest.raises(HandoverError, match="the file is gone"):
        made(films, maker, "clips", wishes)
    with pytest.raises(HandoverError, match="the file is gone"):
        made(films, maker, "reel", wishes)


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
def test_a_reel_joins_these_very_pictures(films: Shelf, maker: Maker, rate: Fraction) -> None:
    one, other = film(films.folder / "a.mkv", rate, 60, sound=True), film(films.folder / "b.mp4", rate, 70, bframes=2)
    wishes = [cut_of(films, one, rate, 20, 31), cut_of(films, other, rate, 40, 53), cut_of(films, one, rate, 0, 5)]
    reel = made(films, maker, "reel", wishes)
    assert numbers(reel) == [*range(20, 31), *range(40, 53), *range(5)]
    assert steps(reel) == {1 / rate}


def test_a_reel_has_the_rate_of_its_first_moment(films: Shelf, maker: Maker) -> None:
    one, other = film(films.folder / "a.mp4", 25, 60), film(films.folder / "b.mp4", 50, 100)
    wishes = [cut_of(films, one, Fraction(25), 20, 30), cut_of(films, other, Fraction(50), 40, 60)]
    assert numbers(made(films, maker, "reel", wishes)) == [*range(20, 30), *range(40, 60, 2)]
    assert numbers(made(films, maker, "reel", wishes[::-1])) == [
        *range(40, 60),
        *(number for number in range(20, 30) for _ in range(2)),
    ]


def test_a_reel_of_uneven_pictures_shows_each_at_its_time(films: Shelf, maker: Maker) -> None:
    times = unevenly(60)
    one, other = film(films.folder / "a.mp4", 50, 60), film(films.folder / "b.mp4", 25, 60, times_s=times)
    wishes = [cut_of(films, one, Fraction(50), 0, 10), films.wish(other, float(times[12]), float(times[24]))]
    shown = numbers(made(films, maker, "reel", wishes))[10:]
    assert (shown[0], shown[-1]) == (12, 23)
    assert len(shown) == pytest.approx(float((times[24] - times[12]) * 50), abs=1)


def test_a_reel_shows_whole_pictures_on_black_and_never_stretched(films: Shelf, maker: Maker) -> None:
    wide, tall = film(films.folder / "a.mp4", 25, 40), films.folder / "tall.mp4"
    with av.open(str(tall), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 64, "yuv420p"
        for _ in range(30):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((64, 32, 3), 235, np.uint8), format="rgb24")))
        out.mux(stream.encode(None))
    wishes = [cut_of(films, wide, Fraction(25), 0, 5), cut_of(films, tall, Fraction(25), 0, 5)]
    with av.open(str(made(films, maker, "reel", wishes))) as reel:
        pictures = [as_it_is(frame) for frame in reel.decode(video=0)]
    last = pictures[-1].mean(axis=2)
    assert last.shape == (64, 112)
    assert last[:, 44:68].min() > 200
    assert max(last[:, :36].max(), last[:, 76:].max()) < 40


def test_sound_of_a_reel_lies_under_its_pictures(films: Shelf, maker: Maker) -> None:
    silent, loud = film(films.folder / "a.mp4", 25, 60), film(films.folder / "b.mp4", 25, 61, sound=True)
    wishes = [cut_of(films, silent, Fraction(25), 0, 25), cut_of(films, loud, Fraction(25), 5, 30)]
    with av.open(str(made(films, maker, "reel", wishes))) as reel:
        sound = np.concatenate([frame.to_ndarray() for frame in reel.decode(audio=0)], axis=1)
    assert sound.shape[1] == pytest.approx(2 * 48_000, abs=2048)
    quiet, heard = sound[:, 4800:43_200], sound[:, 52_800:91_200]
    assert np.sqrt((quiet**2).mean()) < 1e-3 < 0.1 < np.sqrt((heard**2).mean())


def test_progress_counts_moments(films: Shelf, maker: Maker) -> None:
    path, told = film(films.folder / "a.mp4", 25, 60), list[int]()
    wishes = [films.wish(path, at, at + 0.4) for at in (0.0, 0.5, 1.0)]
    hand_over(films.catalog, Order("clips", "x", wishes), films.folder.with_name("out"), maker, told.append)
    assert told == [0, 1, 2, 3]
    hand_over(films.catalog, Order("reel", "x", wishes), films.folder.with_name("out"), maker, told.append)
    # What is begun is not done.
    assert told[4:] == sorted(told[4:])
    assert 0 <= told[-1] < 3


def test_a_disk_is_never_filled_and_no_more_is_encoded_than_can_be_borne(
    films: Shelf, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, to = film(films.folder / "a.mp4", 25, 60), films.folder.with_name("out")
    order = Order("reel", "x", [films.wish(path, 0.0, 2.0)])
    with pytest.raises(HandoverError, match="more than the 100 bytes that exports may take"):
        hand_over(films.catalog, order, to, maker, most_bytes=100)
    with monkeypatch.context() as patched:
        patched.setattr(handing, "MAX_ENCODED_S", 1.0)
        with pytest.raises(HandoverError, match="2 s are more than the 1 s that are encoded at once"):
            hand_over(films.catalog, order, to, maker)
    monkeypatch.setattr(handing, "_SPARE_BYTES", 1 << 60)
    with pytest.raises(HandoverError, match="the disk is too full"):
        hand_over(films.catalog, order, to, maker)
    assert not to.exists()
