"""Lists for editors, read back by OpenTimelineIO: they name the pictures that carry those numbers."""

import csv
import sys
from collections.abc import Sequence
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import opentimelineio as otio
import pytest

from models.spec import ExtraMissing
from search.handover.formats import FORMATS
from search.handover.handing import hand_over
from search.handover.maker import Maker
from search.handover.order import HandoverError, Order, Wish
from tests.counted import NTSC, Shelf, film, unevenly

RATES = {"23.976": Fraction(24_000, 1001), "25": Fraction(25), "29.97": NTSC, "59.94": Fraction(60_000, 1001)}
# Of pictures 20 to 44, whatever the rate.
FIRST, END = 20, 45


def written(films: Shelf, maker: Maker, format_: str, wishes: Sequence[Wish], **facts: Any) -> str:
    to = films.folder.with_name(f"list{FORMATS[format_].ending}")
    hand_over(films.catalog, Order(format_, facts.pop("title", "Cuts"), wishes, **facts), to, maker)
    return to.read_bytes().decode("utf-8-sig")


def cuts_of(films: Shelf, rate: Fraction, name: str = "a.mp4", **facts: Any) -> list[Wish]:
    """Two moments of the same pictures."""
    path = film(films.folder / name, rate, 90, **facts)
    stretch = float(FIRST / rate) + 0.001, float(END / rate) - 0.001
    return [films.wish(path, *stretch, query="a cat"), films.wish(path, 0.0, float(10 / rate) - 0.001)]


def clips(timeline: otio.schema.Timeline) -> list[otio.schema.Clip]:
    return list(timeline.video_tracks()[0].find_clips())


def frames(clip: otio.schema.Clip) -> tuple[float, float]:
    source = clip.source_range
    return source.start_time.value, source.end_time_exclusive().value


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
def test_a_cut_list_names_the_pictures(films: Shelf, maker: Maker, rate: Fraction) -> None:
    text = written(films, maker, "edl", cuts_of(films, rate))
    is_drop = rate in (RATES["29.97"], RATES["59.94"])
    assert ("FCM: DROP FRAME" in text, ";" in text) == (is_drop, is_drop)
    read = otio.adapters.read_from_string(text, "cmx_3600", rate=float(rate))
    assert [frames(clip) for clip in clips(read)] == [(FIRST, END), (0, 10)]
    assert [clip.name for clip in clips(read)] == ["a.mp4", "a.mp4"]
    assert "01:00:00:00" in text.replace(";", ":")


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
def test_final_cut_7_names_the_pictures(films: Shelf, maker: Maker, rate: Fraction) -> None:
    text = written(films, maker, "fcp7xml", cuts_of(films, rate, sound=True))
    read = otio.adapters.read_from_string(text, "fcp_xml")
    assert [frames(clip) for clip in clips(read)] == [(FIRST, END), (0, 10)]
    assert read.global_start_time.rate == pytest.approx(float(rate))
    assert unquote(clips(read)[0].media_reference.target_url).endswith("/films/a.mp4")
    assert len(read.audio_tracks()) == 2
    root = ElementTree.fromstring(text)
    assert (root.findtext(".//format//width"), root.findtext(".//format//height")) == ("112", "64")


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
def test_final_cut_pro_names_the_pictures_in_whole_ones(films: Shelf, maker: Maker, rate: Fraction) -> None:
    text = written(films, maker, "fcpxml", cuts_of(films, rate))
    root = ElementTree.fromstring(text)
    assert root.get("version") == "1.11"
    (format_,) = root.findall("resources/format")
    assert _seconds(format_.get("frameDuration")) == 1 / rate
    sequence = root.find(".//sequence")
    assert sequence is not None
    assert sequence.get("format") == format_.get("id")
    first, second = root.findall(".//asset-clip")
    assert [_seconds(first.get(name)) * rate for name in ("start", "duration")] == [FIRST, END - FIRST]
    assert (_seconds(second.get("offset")) - _seconds(first.get("offset"))) * rate == END - FIRST
    read = otio.adapters.read_from_string(text, "fcpx_xml")
    lengths = [clip.duration().value for clip in _timeline(read).find_clips()]
    # That adapter counts pictures of NTSC's rates in whole numbers a second, and loses some.
    assert lengths == [END - FIRST, 10] if rate == 25 else len(lengths) == 2


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
def test_opentimelineio_names_the_pictures(films: Shelf, maker: Maker, rate: Fraction) -> None:
    read = otio.adapters.read_from_string(written(films, maker, "otio", cuts_of(films, rate)), "otio_json")
    assert [frames(clip) for clip in clips(read)] == [(FIRST, END), (0, 10)]
    assert clips(read)[0].metadata["sceneseek"]["query"] == "a cat"
    assert clips(read)[0].available_range().duration.value == 90


def test_markers_lie_where_a_cut_list_puts_the_moments(films: Shelf, maker: Maker) -> None:
    text = written(films, maker, "markers", cuts_of(films, Fraction(25)))
    assert text.splitlines()[:6] == [
        "TITLE: Cuts",
        "FCM: NON-DROP FRAME",
        "",
        "001  001      V     C        01:00:00:00 01:00:00:01 01:00:00:00 01:00:00:01  ",
        " |C:ResolveColorBlue |M:a cat |D:25",
        "",
    ]
    assert " |C:ResolveColorBlue |M:a.mp4 |D:10" in text
    assert "01:00:01:00 01:00:01:01" in text


def test_markers_mark_the_moments_without_their_handles(films: Shelf, maker: Maker) -> None:
    text = written(films, maker, "markers", cuts_of(films, Fraction(25)), handles_s=0.4)
    # Ten pictures after the beginning of the first cut, which has 45; the second begins with its file.
    assert "01:00:00:10 01:00:00:11" in text
    assert "|M:a cat |D:25" in text
    assert "01:00:01:20 01:00:01:21" in text
    assert "|M:a.mp4 |D:10" in text


def test_timecode_begins_with_that_of_the_file_and_leaves_numbers_out(films: Shelf, maker: Maker) -> None:
    wishes = cuts_of(films, NTSC, "a.mov", metadata={"timecode": "00:00:59;00"})
    text = written(films, maker, "edl", wishes)
    # Picture 20 is 00:00:59;20, picture 45 the 15th after a minute that has no ;00 and ;01.
    assert "00:00:59;20 00:01:00;17" in text
    read = otio.adapters.read_from_string(written(films, maker, "fcp7xml", wishes), "fcp_xml")
    assert clips(read)[0].media_reference.available_range.start_time.value == 1770
    assert frames(clips(read)[0]) == (1770 + FIRST, 1770 + END)


def test_a_file_that_counts_every_number_is_believed(films: Shelf, maker: Maker) -> None:
    wishes = cuts_of(films, NTSC, "a.mov", metadata={"timecode": "00:00:59:00"})
    text = written(films, maker, "edl", wishes)
    assert "00:00:59:20 00:01:00:15" in text
    assert "NON-DROP" in text


def test_uneven_pictures_are_the_nearest_of_a_nominal_rate_and_every_list_says_so(films: Shelf, maker: Maker) -> None:
    times = unevenly(80)
    path = film(films.folder / "phone.mp4", 25, 80, times_s=times)
    wishes = [films.wish(path, float(times[10]), float(times[20]))]
    read = otio.adapters.read_from_string(written(films, maker, "otio", wishes), "otio_json")
    rate = Fraction(clips(read)[0].source_range.start_time.rate).limit_denominator(1001)
    first, end = frames(clips(read)[0])
    assert abs(first / rate - times[10]) <= 1 / rate / 2
    assert abs(end / rate - times[20]) <= 1 / rate / 2
    for format_ in ("edl", "fcpxml", "fcp7xml", "csv", "otio"):
        assert "come unevenly" in written(films, maker, format_, wishes).lower(), format_


def test_handles_are_clamped_to_the_file_and_the_moment_is_marked_in_them(films: Shelf, maker: Maker) -> None:
    path = film(films.folder / "a.mp4", 25, 50)
    wishes = [films.wish(path, 0.4, 0.8), films.wish(path, 1.6, 1.8)]
    read = otio.adapters.read_from_string(written(films, maker, "otio", wishes, handles_s=0.6), "otio_json")
    assert [frames(clip) for clip in clips(read)] == [(0, 35), (25, 50)]
    marked = clips(read)[1].markers[0].marked_range
    assert (marked.start_time.value, marked.duration.value) == (40, 5)


def test_mixed_rates_take_that_of_the_first_and_say_so(films: Shelf, maker: Maker) -> None:
    one = films.wish(film(films.folder / "a.mp4", 25, 50), 0.0, 1.0)
    other = films.wish(film(films.folder / "b.mp4", NTSC, 60), 0.5005, 1.5015)
    text = written(films, maker, "edl", [one, other])
    assert "* RATES DIFFER: THE TIMELINE HAS THAT OF THE FIRST MOMENT, 25" in text
    assert "00:00:00;15 00:00:01;15 01:00:01:00 01:00:02:00" in text
    root = ElementTree.fromstring(written(films, maker, "fcpxml", [one, other]))
    assert [each.get("srcFrameRate") for each in root.iter("conform-rate")] == ["29.97"]
    assert len(root.findall("resources/format")) == 2


NASTY = 'a "cat" \n& <dog> \u202e=cmd()|x😀\x00\x0b]]> -- end'


def test_names_can_forge_nothing(films: Shelf, maker: Maker) -> None:
    path = film(films.folder / '=HYPER("x")\n002 & <b> 😀.mp4', 25, 50)
    wishes = [films.wish(path, 0.0, 1.0, query=NASTY, note="=1+1")]
    for format_ in ("fcpxml", "fcp7xml"):
        root = ElementTree.fromstring(written(films, maker, format_, wishes, title=NASTY))
        texts = [
            *(each.text or "" for each in root.iter()),
            *(value for each in root.iter() for value in each.attrib.values()),
        ]
        assert any("😀" in text for text in texts)
        assert any("<dog>" in text for text in texts)
    read = otio.adapters.read_from_string(written(films, maker, "otio", wishes, title=NASTY), "otio_json")
    assert len(clips(read)) == 1
    lines = written(films, maker, "edl", wishes, title=NASTY).splitlines()
    assert len([line for line in lines if line[:3].isdigit()]) == 1
    assert not any("\u202e" in line or "\x00" in line for line in lines)
    markers = written(films, maker, "markers", wishes).splitlines()
    assert len([line for line in markers if line.startswith(" |C:")]) == 1
    assert markers[4].count("|") == 3


def test_a_table_holds_no_formula(films: Shelf, maker: Maker) -> None:
    path = film(films.folder / "a.mp4", 25, 50)
    odd = ["=cmd()", "+1", "-1", "@x", "\t=1", "＝1"]
    facts = {"best_s": 0.52, "confidence": "high", "score": -0.25}
    wishes = [
        films.wish(path, 0.5, 1.0 + number / 25, query=said, note=said, **facts) for number, said in enumerate(odd)
    ]
    rows = list(csv.DictReader(StringIO(written(films, maker, "csv", wishes))))
    assert [row["query"] for row in rows] == ["'=cmd()", "'+1", "'-1", "'@x", "'=1", "'＝1"]
    first = rows[0]
    assert (first["path"], first["start_s"], first["end_s"], first["best_s"]) == (str(path), "0.500", "1.000", "0.520")
    assert (first["in"], first["out"], first["frame_rate"]) == ("00:00:00:12", "00:00:01:00", "25")
    assert (first["confidence"], first["score"]) == ("high", "-0.2500")
    assert first["link"] == f"file://{path}#t=0.500,1.000"


def test_reels_of_files_that_are_called_alike_are_told_apart(films: Shelf, maker: Maker) -> None:
    names = ["x/A clip.mp4", "y/a-clip.mp4", "z/日本.mp4"]
    wishes = [films.wish(film(films.folder / name, 25, 40 + at), 0.0, 1.0) for at, name in enumerate(names)]
    lines = written(films, maker, "edl", wishes).splitlines()
    assert [line.split()[1] for line in lines if line[:3].isdigit()] == ["A_CLIP", "A_CLIP_2", "AX"]


def test_a_file_that_is_gone_or_another_is_named(films: Shelf, maker: Maker) -> None:
    path, other = film(films.folder / "a.mp4", 25, 50), film(films.folder / "b.mp4", 25, 51)
    wishes = [films.wish(path, 0.0, 1.0), films.wish(other, 0.0, 1.0)]
    other.write_bytes(path.read_bytes())
    with pytest.raises(HandoverError, match=r"b\.mp4: the file has changed since it was indexed"):
        written(films, maker, "edl", wishes)
    path.unlink()
    with pytest.raises(HandoverError, match=r"a\.mp4: the file is gone \(and 1 more\)"):
        written(films, maker, "csv", wishes)
    films.catalog.forget(bytes(films.folder))
    with pytest.raises(HandoverError, match=r"films/a\.mp4: the file is gone"):
        written(films, maker, "csv", wishes)


def test_a_moment_after_the_end_of_its_file_is_refused(films: Shelf, maker: Maker) -> None:
    with pytest.raises(HandoverError, match="it ends at 2"):
        written(films, maker, "edl", [films.wish(film(films.folder / "a.mp4", 25, 50), 5.0, 6.0)])
    with pytest.raises(HandoverError, match="no moment"):
        written(films, maker, "edl", [])


def test_only_opentimelineios_own_form_needs_the_extra(
    films: Shelf, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    wishes = cuts_of(films, Fraction(25))
    monkeypatch.setitem(sys.modules, "opentimelineio", None)
    for format_ in ("csv", "edl", "markers", "fcpxml", "fcp7xml"):
        assert written(films, maker, format_, wishes)
    with pytest.raises(ExtraMissing, match=r"pip install .*\[edit\]'"):
        written(films, maker, "otio", wishes)


def test_a_name_that_is_no_text_is_found_by_its_address(films: Shelf, maker: Maker) -> None:
    path = film(films.folder / "a.mp4", 25, 50)
    odd = Path(str(films.folder)) / b"\xff \xe9.mp4".decode("utf-8", "surrogateescape")
    path.rename(odd)
    wishes = [films.wish(odd, 0.0, 1.0)]
    assert "%FF%20%E9.mp4" in written(films, maker, "fcpxml", wishes)
    assert "\\udcff" in written(films, maker, "edl", wishes)


def _seconds(text: str | None) -> Fraction:
    assert text is not None
    return Fraction(text.removesuffix("s"))


def _timeline(read: Any) -> Any:
    return read if isinstance(read, otio.schema.Timeline) else next(iter(read.find_children(otio.schema.Timeline)))
