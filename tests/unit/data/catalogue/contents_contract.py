"""Videos, clips, words, filters and judgments: what any engine's catalogue keeps of contents."""

import os
from datetime import timedelta

import pytest

from data.stores.catalog import Catalog, counting, servable, views
from data.stores.catalog.engines.database import Wanted
from data.stores.catalog.judgments import judge, judgments, unjudge
from data.stores.catalog.words import (
    how_many_hold,
    in_language,
    lines_with,
    page_of_lines,
    texts_matching,
    texts_of,
)
from data.stores.where import Where
from data.terms import terms_of
from data.types import Words
from tests.unit.data.catalogue.ground import PRINT, SEEN_AT, location, put, video

DAY = timedelta(days=1)


class ContentsContract:
    def test_a_video_comes_back_as_it_was_stored_last(self, catalog: Catalog) -> None:
        put(catalog, "a", "a.mp4", said="once", height=1)
        made = put(catalog, "a", said="twice", height=2)
        found = views.video(catalog, made.id)
        assert found is not None
        assert found[0] == made
        clips = servable.clips_of(catalog, PRINT, [made.id])
        assert clips[["number", "shot", "start_s", "end_s"]].tolist() == [
            (0, 0, 0.0, 2.0), (1, 0, 2.0, 4.0), (2, 1, 4.0, 9.0)
        ]  # fmt: skip
        assert [each.text for each in texts_of(catalog, made.id, PRINT)] == ["twice"]
        assert servable.all_clips(catalog, PRINT).tolist() == clips.tolist()

    def test_fingerprints_of_one_video_are_apart(self, catalog: Catalog) -> None:
        made, other = put(catalog, "a", "a.mp4", said="here"), "e" * 32
        put(catalog, "a", said="there", fingerprint=other)
        assert [each.text for each in texts_of(catalog, made.id, other)] == ["there"]
        catalog.drop([(made.id, PRINT)])
        assert views.embeddings(catalog) == [(made.id, other)]
        assert texts_of(catalog, made.id, PRINT) == []
        assert len(servable.clips_of(catalog, other, [made.id])) == 3

    def test_a_video_goes_with_its_last_embedding_unless_a_file_is_known(self, catalog: Catalog) -> None:
        kept, gone = put(catalog, "a", "a.mp4"), put(catalog, "b")
        catalog.drop([(kept.id, PRINT), (gone.id, PRINT)])
        assert views.video(catalog, kept.id) is not None
        assert views.video(catalog, gone.id) is None

    def test_words_may_be_all_there_is_of_a_video(self, catalog: Catalog) -> None:
        spoken = Words("a" * 32, PRINT, 0, 1.0, 2.5, "a cat, it’s said")
        catalog.store(video("a"), PRINT, [], [], None, texts=[spoken])
        assert texts_of(catalog, "a" * 32, PRINT) == [spoken]
        assert views.embedded(catalog, PRINT) == {"a" * 32: ""}
        assert len(servable.servable(catalog, PRINT).video_ids) == 0

    @pytest.mark.parametrize(
        ("asked", "names"),
        [
            ("CAT", "a"),
            ("cat dog", "a"),
            ("dog  Cat", "a"),
            ("conc*", "b"),
            ('"cat and a"', "a"),
            ('"cat a"', ""),
            ("ÉTÉ", "c"),
            ("ete", "c"),
            ("l'ete", "c"),
            ("AND", "a"),
            ("京都", "f"),
            ("京", "f"),
            ("東都", ""),
            ("שלום", "0"),
            ("50%", "d"),
            ("_", ""),
            ("bird", ""),
            (" ", ""),
        ],
    )
    def test_words_are_found_in_any_case_and_order(self, catalog: Catalog, asked: str, names: str) -> None:
        for name, said in {
            "a": "A cat and a dog",
            "b": "Concatenate",
            "c": "l’été",
            "d": "50% off",
            "e": "500",
            "f": "東京と京都",
            "0": "שָׁלוֹם עולם",
        }.items():
            put(catalog, name, said=said)
        put(catalog, "a", said="cat", fingerprint="e" * 32)
        assert "".join(each.video_id[0] for each in texts_matching(catalog, PRINT, asked)) == names

    def test_words_that_were_replaced_or_dropped_are_not_found(self, catalog: Catalog) -> None:
        made = put(catalog, "a", said="the first")
        put(catalog, "a", said="the second")
        assert texts_matching(catalog, PRINT, "first") == []
        assert [each.text for each in texts_matching(catalog, PRINT, "second")] == ["the second"]
        catalog.drop([(made.id, PRINT)])
        assert texts_matching(catalog, PRINT, "second") == []
        assert catalog.damage() == []

    def test_lines_keep_their_language_and_when_each_word_begins(self, catalog: Catalog) -> None:
        spoken = Words("a" * 32, PRINT, 0, 1.0, 2.5, "Guten Tag", "de-AT", (1.0, 1.75))
        catalog.store(video("a"), PRINT, [], [], None, texts=[spoken])
        assert texts_of(catalog, "a" * 32, PRINT) == [spoken]
        for language, found in {"de": [spoken], "de-AT": [spoken], "d": [], "en": []}.items():
            asked = Wanted(terms_of("tag"), (PRINT,), where=[in_language(language)])
            assert [each.words for each in lines_with(catalog, asked)] == found

    def test_lines_come_in_pages_by_time(self, catalog: Catalog) -> None:
        lines = [Words("a" * 32, PRINT, number, 9.0 - number, 9.5, f"line {number}") for number in range(4)]
        catalog.store(video("a"), PRINT, [], [], None, texts=lines)
        total, page = page_of_lines(catalog, "a" * 32, [PRINT], limit=2, offset=1)
        assert (total, page) == (4, [lines[2], lines[1]])
        assert page_of_lines(catalog, "a" * 32, [PRINT], terms=terms_of("3")) == (1, [lines[3]])

    def test_the_rarer_a_word_is_the_fewer_lines_hold_it(self, catalog: Catalog) -> None:
        put(catalog, "a", said="a cat and a dog")
        put(catalog, "b", said="a cat")
        counted, total = how_many_hold(catalog, terms_of('cat dog bird ca* "a cat"'))
        assert (list(counted.values()), total) == ([2, 1, 0, 2, 2], 2)

    @pytest.mark.parametrize(
        ("wanted", "names"),
        [
            (Where(), "abc"),
            (Where(video_id="b" * 32), "b"),
            (Where(min_duration_s=20, max_duration_s=30.0), "bc"),
            (Where(max_height=719), "c"),
            (Where(taken_from=SEEN_AT - DAY, taken_until=SEEN_AT), "a"),
            (Where(taken_from=SEEN_AT), "bc"),
            (Where(indexed_from=SEEN_AT, indexed_until=SEEN_AT + DAY), "abc"),
            (Where(indexed_until=SEEN_AT), ""),
            (Where(folder=b"/videos"), "abc"),
            (Where(folder=b"/videos/in/"), "ab"),
            (Where(folder=b"/"), "abc"),
            (Where(folder=b"in"), "ab"),
            (Where(folder=b"in/b.mp4"), "b"),
            (Where(folder=b"/video"), ""),
            (Where(glob="in/*.mp4"), "ab"),
            (Where(glob="/videos/?.mkv"), "c"),
            (Where(folder=b"in", min_duration_s=15), "b"),
        ],
    )
    def test_a_filter_lets_through_what_is_all_of_it(self, catalog: Catalog, wanted: Where, names: str) -> None:
        put(catalog, "a", "in/a.mp4", duration_s=10.0, taken_at=SEEN_AT - DAY)
        put(catalog, "b", "in/b.mp4", "inside.mp4", duration_s=20.0)
        put(catalog, "c", "c.mkv", duration_s=30.0, height=480)
        put(catalog, "d")
        assert {each[0] for each in views.matching_videos(catalog, PRINT, wanted)} == set(names)

    def test_a_folder_may_be_one_of_a_sources_own_names(self, catalog: Catalog) -> None:
        made = put(catalog, "a")
        catalog.add_root(b"box://top", source="box")
        catalog.record(location(b"in/a.mp4", b"box://top", source="box", video_id=made.id, state="indexed"))
        for folder in (b"box://top", b"box://top/in", b"box://top/", b"in/", b"in/a.mp4"):
            assert views.matching_videos(catalog, PRINT, Where(folder=folder)) == {made.id}
        assert views.matching_videos(catalog, PRINT, Where(folder=b"box://top/i")) == set()

    def test_a_search_learns_everything_about_its_clips_at_once(self, catalog: Catalog) -> None:
        made, gone = put(catalog, "a", "b.mp4", "a.mp4"), put(catalog, "b")
        one, other = (int(servable.clips_of(catalog, PRINT, [each.id])["id"][0]) for each in (made, gone))
        found = views.videos_of_clips(catalog, [one, other, 1])
        assert {clip: (each.video, each.path) for clip, each in found.items()} == {
            one: (made, b"/videos/a.mp4"),
            other: (gone, None),
        }

    def test_a_later_judgment_of_the_same_takes_the_place_of_the_first(self, catalog: Catalog) -> None:
        first = judge(catalog, "a cat", "a" * 32, 0.0, 2.5, relevant=True)
        judge(catalog, "a dog", "a" * 32, 0.0, 2.5, relevant=True)
        again = judge(catalog, "a cat", "a" * 32, 0.0, 2.5, relevant=False)
        assert (again.id, again.relevant) == (first.id, False)
        assert judgments(catalog, "a cat") == (1, [again])
        total, page = judgments(catalog, limit=1)
        assert (total, page) == (2, [again])
        assert unjudge(catalog, first.id)
        assert not unjudge(catalog, first.id)

    def test_progress_is_that_of_the_last_report(self, catalog: Catalog) -> None:
        assert counting.progress(catalog) is None
        catalog.report_progress(1, 9, None, 0)
        catalog.report_progress(2, 9, 3.5, 1)
        assert counting.progress(catalog) == counting.Progress(2, 9, 3.5, 1)

    def test_bytes_that_are_no_text_stay_what_they_are_in_a_glob(self, catalog: Catalog) -> None:
        put(catalog, "a", os.fsdecode(b"\xff.mp4"))
        assert views.matching_videos(catalog, PRINT, Where(glob=os.fsdecode(b"*\xff*"))) == {"a" * 32}
