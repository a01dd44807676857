from pathlib import Path

import pytest

from data.media.captions.cues import cues_in, decoded
from data.media.captions.languages import english_name, language_named
from data.media.captions.tracks import cues_of_tracks
from tests import media
from tests.captioned import captioned, srt

ASS = """[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\an8\\i1}One\\Ntwo, three
Dialogue: 1,0:00:01.00,0:00:02.00,Default,,0,0,0,,One\\Ntwo, three
Dialogue: 0,broken
Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Never shown
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 1 1{\\p0}
"""


def told(text: str, extension: str) -> list[tuple[float, float, str]]:
    return [(cue.start_s, cue.end_s, cue.text) for cue in cues_in(text, extension).found]


def test_tags_are_taken_out_and_lines_joined() -> None:
    assert told("1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i> there\n{\\an8}second &amp; last\n", ".srt") == [
        (1.0, 2.5, "Hello there second & last")
    ]
    assert told("WEBVTT\n\nNOTE no\n\n01:01.000 --> 01:02.000 align:start\n<v Bob>Hi <00:01.5>you\n", ".vtt") == [
        (61.0, 62.0, "Hi you")
    ]


def test_layers_comments_and_drawings_say_nothing_more() -> None:
    found = cues_in(ASS, ".ass")
    assert ([cue.text for cue in found.found], found.broken) == (["One two, three"], 1)


def test_broken_cues_are_counted_and_the_others_read() -> None:
    text = srt([(1, 2, "first"), (4, 3, "backwards"), (6, 7, "last")]) + "\n9\n00:0x:01 --> never\nbroken\n"
    found = cues_in(text, ".srt")
    assert ([cue.text for cue in found.found], found.broken) == (["first", "last"], 2)


@pytest.mark.parametrize("extension", [".srt", ".vtt", ".ass", ".ssa"])
@pytest.mark.parametrize("text", ["", "\x00\xff" * 50, "-->\n" * 9, "[Events]\nDialogue:\n", "WEBVTT"])
def test_what_is_no_subtitle_file_holds_none(text: str, extension: str) -> None:
    assert cues_in(text, extension).found == []


def test_captions_that_roll_up_say_each_line_once() -> None:
    rolling = srt([(0, 1, "one"), (1, 2, "one\ntwo"), (2, 3, "two\nthree"), (9, 10, "three\nfour")])
    assert [text for _, _, text in told(rolling, ".srt")] == ["one", "two", "three", "three four"]


def test_cues_may_overlap_and_come_in_time_order() -> None:
    assert told(srt([(3, 5, "later"), (1, 4, "earlier")]), ".srt") == [(1, 4, "earlier"), (3, 5, "later")]


@pytest.mark.parametrize(
    ("encoding", "language", "text"),
    [
        ("utf-8", None, "Grüße, 東京"),
        ("utf-8-sig", None, "Grüße"),
        ("utf-16", None, "Grüße, 東京"),
        ("cp1252", "fr", "Où êtes-vous allée ?"),
        ("cp1250", "cs", "Žluťoučký kůň"),
        ("cp1251", None, "Привет, как дела? Всё хорошо, спасибо большое, до свидания, друзья"),
        ("shift_jis", None, "東京駅で会いましょう。今日はとても良い天気ですね。"),
        ("gb18030", None, "我们在火车站见面吧，今天天气很好，我很高兴。"),
    ],
)
def test_encodings_are_guessed(encoding: str, language: str | None, text: str) -> None:
    assert decoded(text.encode(encoding), language) == text


def test_bytes_of_no_encoding_are_read_all_the_same() -> None:
    assert isinstance(decoded(bytes(range(256)) * 9), str)


def test_what_turns_the_direction_of_reading_is_taken_out() -> None:
    assert told(srt([(0, 1, "\u202eevil\u2066 שלום\u200f")]), ".srt") == [(0, 1, "evil שלום")]


@pytest.mark.parametrize(
    ("name", "tag"),
    [("en", "en"), ("eng", "en"), ("English", "en"), ("pt-BR", "pt-BR"), ("por_br", "pt-BR"), ("zh-hans", "zh-Hans"),
     ("forced", None), ("und", None), ("", None), ("x" * 99, None)],
)  # fmt: skip
def test_languages_have_many_names(name: str, tag: str | None) -> None:
    assert language_named(name) == tag


@pytest.mark.parametrize(
    ("tag", "name"), [("pt-BR", "Portuguese (BR)"), ("de", "German"), ("nb", "nb"), ("haw", "haw")]
)
def test_languages_have_a_name_in_english(tag: str, name: str) -> None:
    assert english_name(tag) == name


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mkv", "subrip"), ("a.mkv", "ass"), ("a.mkv", "webvtt"), ("a.mp4", "mov_text")]
)
def test_tracks_of_text_are_read_with_their_language(tmp_path: Path, name: str, codec: str) -> None:
    spoken = [(0.5, 1.5, "Bonjour l'été"), (2.0, 3.0, "Au revoir")]
    found = list(cues_of_tracks(captioned(tmp_path / name, {"fre": spoken}, codec=codec)))
    assert [(cue.start_s, cue.end_s, cue.text, cue.language) for cue in found] == [(*each, "fr") for each in spoken]


def test_a_video_without_such_a_track_is_not_read(tmp_path: Path) -> None:
    beats: list[None] = []
    assert list(cues_of_tracks(media.scenes(tmp_path / "a.mp4"), lambda: beats.append(None))) == []
    assert beats == []
