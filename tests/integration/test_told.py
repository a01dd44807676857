"""What is said is searched with what is seen: by sentences, by words, and joined with pictures."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.stores.catalog import open_catalog
from data.stores.library import Library
from data.types import QueryError
from search.answering.answers import answer
from search.answering.wire import FoundMoment
from search.generation.opened import OpenGeneration, open_generation
from search.query.wire import SearchBody
from tests.bench import Bench
from tests.captioned import Spoken, srt
from tests.small_library import write_video

SPOKEN: dict[str, Spoken] = {
    "a.en": [(0.5, 2.0, "The train leaves from platform 9"), (4.5, 6.0, "Now she explains"), (6.0, 7.5, "the hooks")],
    "b.de": [(1.0, 2.0, "Schöne Grüße"), (2.0, 3.0, "Der Zug ist blau")],
    "d": [
        (0.5, 1.5, "Doctor, look"),
        (1.0, 2.0, "What is it, doctor?"),
        (2.0, 2.4, "The doctor"),
        (2.4, 2.8, "A doctor"),
    ],
    "c": [(0.5, 1.5, "a red coat"), (4.5, 5.5, "東京駅で会いましょう"), (5.5, 6.5, "שלום עולם")],
}


@pytest.fixture(scope="module", params=["file", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenGeneration]:
    bench = Bench(tmp_path_factory.mktemp("told"))
    if request.param == "postgresql":
        bench.library = Library(bench.library.folder, request.getfixturevalue("postgresql").fresh())
    write_video(bench.videos / "a.mp4", [("white", 4), ("black", 4)])
    write_video(bench.videos / "b.mp4", [("blue", 4), ("red", 4)])
    write_video(bench.videos / "c.mp4", [("green", 4), ("black", 4)])
    write_video(bench.videos / "d.mp4", [("black", 2), ("white", 2)])
    for name, spoken in SPOKEN.items():
        (bench.videos / f"{name}.srt").write_text(srt(spoken), encoding="utf-8")
    bench.run()
    catalog = open_catalog(bench.library.catalog_at)
    yield open_generation(bench.library, catalog, open_pair=lambda *_: bench.pair())
    catalog.close()


def found(opened: OpenGeneration, query: Any, **body: Any) -> list[FoundMoment]:
    return answer(opened, SearchBody(query=query, **body)).moments


def told(moment: FoundMoment) -> tuple[str, float, float]:
    return Path(moment.video).name, moment.start_s, moment.end_s


def marked(moment: FoundMoment) -> list[str]:
    return [why.text[start:end] for why in moment.why if why.text for start, end in why.marks]


def test_a_sentence_finds_what_is_said_where_it_is_said(opened: OpenGeneration) -> None:
    best = found(opened, "a train on platform 9")[0]
    assert told(best) == ("a.mp4", 0.5, 2.0)
    assert (best.why[0].by, best.why[0].text) == ("said", "The train leaves from platform 9")
    assert marked(best) == ["train", "platform", "9"]


def test_a_sentence_that_is_seen_is_found_as_without_words(opened: OpenGeneration) -> None:
    best = found(opened, "red")[0]
    assert (Path(best.video).name, best.start_s, best.why[0].by) == ("b.mp4", 4.0, "seen")


def test_a_sentence_may_go_over_the_end_of_a_line(opened: OpenGeneration) -> None:
    best = found(opened, "when she explains hooks")[0]
    assert told(best) == ("a.mp4", 4.5, 7.5)
    assert marked(best) == ["explains", "hooks"]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ('said:"platform 9"', ("a.mp4", 0.5, 2.0)),
        ("said:plat*", ("a.mp4", 0.5, 2.0)),
        ("said:grusse", ("b.mp4", 1.0, 2.0)),
        ("said:京駅", ("c.mp4", 4.5, 5.5)),
        ("said:עולם", ("c.mp4", 5.5, 6.5)),
        ('said:"explains the hooks"', ("a.mp4", 4.5, 7.5)),
        ({"words": "9 train", "in": ["subtitles"]}, ("a.mp4", 0.5, 2.0)),
    ],
)
def test_words_are_found_in_any_script(opened: OpenGeneration, query: Any, where: tuple[str, float, float]) -> None:
    assert [told(each) for each in found(opened, query)] == [where]


@pytest.mark.parametrize("query", ['said:"9 platform"', "shown:platform", {"words": "train", "in": ["speech"]}])
def test_what_is_not_said_so_is_not_found(opened: OpenGeneration, query: Any) -> None:
    assert found(opened, query) == []


def test_seen_asks_pictures_only(opened: OpenGeneration) -> None:
    assert {why.by for each in found(opened, 'seen:"a train on platform 9"') for why in each.why} == {"seen"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("said:zug AND blue", ["b.mp4"]),
        ("said:zug AND green", ["b.mp4"]),
        ("said:zug blue", ["b.mp4"]),
        ("said:platform OR said:zug", ["a.mp4", "b.mp4"]),
        ("said:platform AND said:zug", []),
        ("said:zug THEN red", ["b.mp4"]),
        ("red THEN said:zug", []),
        ("said:platform THEN said:hooks WITHIN 10s", ["a.mp4"]),
    ],
)
def test_words_join_with_pictures(opened: OpenGeneration, query: str, names: list[str]) -> None:
    assert sorted({Path(each.video).name for each in found(opened, query)}) == names


def test_not_said_lowers_what_says_it(opened: OpenGeneration) -> None:
    assert Path(found(opened, "blue")[0].video).name == "b.mp4"
    assert told(found(opened, "blue NOT said:zug")[0])[0] != "b.mp4"


def test_a_joined_moment_says_what_is_seen_and_what_is_said(opened: OpenGeneration) -> None:
    best = found(opened, "said:zug AND blue")[0]
    assert [why.by for why in best.why] == ["seen", "said"]
    assert marked(best) == ["Zug"]


def test_a_filter_says_by_what_moments_may_be_found(opened: OpenGeneration) -> None:
    for by in ("seen", "said"):
        asked = found(opened, "a red coat", filters={"by": [by]})
        assert asked
        assert {each.why[0].by for each in asked} == {by}
    with pytest.raises(QueryError, match="seen is asked for, and only said may answer"):
        found(opened, "seen:red", filters={"by": ["said"]})


def test_a_filter_says_in_what_language_lines_are(opened: OpenGeneration) -> None:
    assert [told(each)[0] for each in found(opened, "said:zug", filters={"language": "de"})] == ["b.mp4"]
    assert found(opened, "said:zug", filters={"language": "en"}) == []


def test_videos_that_are_not_wanted_say_nothing(opened: OpenGeneration) -> None:
    assert found(opened, "said:zug", filters={"glob": "*/a.mp4"}) == []
    assert len(found(opened, "said:zug", filters={"glob": "*/b.mp4"})) == 1


def test_lines_that_overlap_are_one_moment_that_tells_of_both_and_short_ones_are_their_own(
    opened: OpenGeneration,
) -> None:
    moments = found(opened, "said:doctor")
    assert [[why.text for why in each.why] for each in sorted(moments, key=lambda each: each.start_s)] == [
        ["Doctor, look", "What is it, doctor?"],
        ["The doctor"],
        ["A doctor"],
    ]


def test_pages_of_what_is_said_fit_together(opened: OpenGeneration) -> None:
    every = found(opened, "the red train from platform 9 to tokyo", limit=20)
    first = answer(opened, SearchBody(query="the red train from platform 9 to tokyo", limit=2))
    more = found(opened, "the red train from platform 9 to tokyo", limit=20, cursor=first.next_cursor)
    assert [told(each) for each in [*first.moments, *more]] == [told(each) for each in every]
