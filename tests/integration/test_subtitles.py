"""Subtitles are indexed when pictures are published, by themselves, and again only when they change."""

import os
from pathlib import Path

import pytest

from data.stores import generations
from data.stores.catalog import open_catalog, views
from data.stores.catalog.words import texts_matching, texts_of
from indexer.afterwards import Choice, UnknownModality
from indexer.modalities.subtitles import Subtitles
from indexer.upkeep.forget import forget_lines
from indexer.upkeep.rebuild import catalogue_anew
from tests.bench import Bench, counts, made
from tests.captioned import captioned, srt

PRINT = Subtitles.fingerprint
HELLO = srt([(0.5, 1.0, "Hello there"), (1.0, 1.5, "General Kenobi")])


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.scenes("a.mp4")
    return bench


def lines(bench: Bench, name: str = "a.mp4") -> list[tuple[float, float, str, str | None]]:
    catalog = open_catalog(bench.library.catalog)
    video_id = str(next(each for each in views.present(catalog) if each.path == os.fsencode(name)).video_id)
    found = texts_of(catalog, video_id, PRINT)
    catalog.close()
    return [(each.start_s, each.end_s, each.text, each.language) for each in found]


def beside(bench: Bench, name: str, text: str = HELLO, encoding: str = "utf-8") -> Path:
    path = bench.videos / name
    path.write_text(text, encoding=encoding)
    return path


def test_a_file_beside_the_video_is_read_with_the_language_in_its_name(bench: Bench) -> None:
    beside(bench, "a.srt")
    beside(bench, "a.de.forced.srt", srt([(0.5, 1.0, "Grüße")]), "cp1252")
    beside(bench, "a.mp4.en.vtt", "WEBVTT\n\n00:01.500 --> 00:01.900\nGoodbye\n")
    report = bench.run()
    assert lines(bench) == [
        (0.5, 1.0, "Grüße", "de"),
        (0.5, 1.0, "Hello there", None),
        (1.0, 1.5, "General Kenobi", None),
        (1.5, 1.9, "Goodbye", "en"),
    ]
    assert made(report) == {"subtitles": (1, 4, 0)}
    assert bench.problems() == []


def test_what_is_published_names_them(bench: Bench) -> None:
    beside(bench, "a.srt")
    bench.run()
    assert generations.current(bench.library).modalities["subtitles"].fingerprint == PRINT


def test_a_track_in_the_file_is_read_too_and_what_both_say_once(bench: Bench) -> None:
    captioned(bench.videos / "b.mkv", {"eng": [(0.5, 1.0, "Hello there"), (2, 3, "Only here")]})
    beside(bench, "b.en.srt", srt([(0.5, 1.0, "Hello there")]))
    bench.run()
    assert [text for _, _, text, _ in lines(bench, "b.mkv")] == ["Hello there", "Only here"]


def test_a_changed_file_beside_it_makes_its_words_anew_and_nothing_else(bench: Bench) -> None:
    beside(bench, "a.srt")
    bench.run()
    shards = {path: path.stat().st_mtime_ns for path in bench.shards()}
    assert bench.run().words == {}
    beside(bench, "a.srt", srt([(0.5, 1.0, "Other words")]))
    report = bench.run()
    assert (counts(report), report.clips) == ({"unchanged": 1}, 0)
    assert [text for _, _, text, _ in lines(bench)] == ["Other words"]
    changed = [path for path, mtime_ns in shards.items() if path.stat().st_mtime_ns != mtime_ns]
    assert [path.parts[-3] for path in changed] == [PRINT]


def test_words_go_with_the_file_that_held_them(bench: Bench) -> None:
    path = beside(bench, "a.srt")
    bench.run()
    path.unlink()
    bench.run()
    assert lines(bench) == []


def test_one_file_may_belong_to_two_videos(bench: Bench) -> None:
    bench.scenes("a.mkv", duration_s=1.8)
    beside(bench, "a.srt")
    bench.run()
    assert len(lines(bench, "a.mp4")) == len(lines(bench, "a.mkv")) == 2


def test_the_longest_name_says_whose_a_file_is(bench: Bench) -> None:
    bench.scenes("a.part2.mp4", duration_s=1.6)
    beside(bench, "a.part2.srt")
    bench.run()
    assert (len(lines(bench, "a.mp4")), len(lines(bench, "a.part2.mp4"))) == (0, 2)


def test_what_lies_beside_any_copy_is_said_of_all(bench: Bench) -> None:
    (bench.videos / "copy").mkdir()
    (bench.videos / "copy" / "c.mp4").write_bytes((bench.videos / "a.mp4").read_bytes())
    beside(bench, "copy/c.srt")
    bench.run()
    assert len(lines(bench, "a.mp4")) == 2


def test_a_file_for_another_frame_rate_is_told(bench: Bench) -> None:
    bench.scenes("long.mp4", duration_s=100, fps=2)
    beside(bench, "long.srt", srt([(at * 25 / 24, at * 25 / 24 + 1, f"line {at}") for at in range(2, 100, 2)]))
    bench.run()
    said = next(message for message in bench.listener.messages if "long.mp4" in message)
    assert "long.srt goes on to 0:01:42, and the video ends at 0:01:40" in said
    assert "as if timed for another frame rate (25 for 24) or another cut" in said
    assert "2 lines left out" in said


def test_a_file_of_a_longer_video_is_told_and_ends_with_this_one(bench: Bench) -> None:
    beside(bench, "a.srt", srt([(1, 9, "reaches over the end"), (500, 501, "never")]))
    bench.run()
    assert lines(bench) == [(1.0, 2.0, "reaches over the end", None)]
    assert any("it seems to belong to a longer video" in message for message in bench.listener.messages)


def test_broken_lines_are_counted(bench: Bench) -> None:
    beside(bench, "a.srt", HELLO + "\n3\n00:x --> 1\nno\n")
    bench.run()
    assert any("1 broken line of a.srt left out" in message for message in bench.listener.messages)
    assert len(lines(bench)) == 2


def test_a_file_that_can_not_be_read_harms_nothing(bench: Bench) -> None:
    (bench.videos / "a.srt").symlink_to(bench.videos / "nowhere")
    (bench.videos / "a.vtt").mkdir()
    assert counts(bench.run()) == {"indexed": 1}
    assert lines(bench) == []


def test_no_text_ten_thousand_lines_and_other_scripts(bench: Bench) -> None:
    spoken = [(at / 6000, at / 6000 + 0.01, f"line {at}") for at in range(10_000)]
    spoken += [(1.9, 2.0, "שלום עולם"), (1.9, 2.0, "東京駅で会いましょう"), (1.9, 2.0, "我们在火车站见面吧")]
    beside(bench, "a.srt", srt(spoken))
    bench.run()
    assert len(lines(bench)) == 10_003
    catalog = open_catalog(bench.library.catalog)
    asked = {"9999": "line 9999", "עולם": "שלום עולם", "京駅": "東京駅で会いましょう", "火车站": "我们在火车站见面吧"}
    for words, text in asked.items():
        assert [each.text for each in texts_matching(catalog, PRINT, words)] == [text]
    catalog.close()


def test_words_alone_may_be_made_or_left(bench: Bench) -> None:
    beside(bench, "a.srt")
    bench.run(choice=Choice(without=("subtitles",)))
    assert lines(bench) == []
    bench.scenes("b.mp4", duration_s=1.5)
    report = bench.run(choice=Choice(only=("subtitles",)))
    assert (len(lines(bench)), counts(report)) == (2, {})
    assert list(bench.ledger()) == ["a.mp4"]


def test_an_unknown_modality_is_said_to_be_none() -> None:
    with pytest.raises(UnknownModality, match="no modality 'smell'; there are: visual, subtitles"):
        Choice(only=("smell",))


def test_a_run_that_is_stopped_goes_on_where_it_was(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        bench.scenes(f"n{number}.mp4", duration_s=1.2 + number / 10)
        beside(bench, f"n{number}.srt")
    taken: list[int] = []

    def stop(self: object, *_: object) -> None:
        taken.append(1)
        if len(taken) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("indexer.commit.lines.LineCommitter._done", stop)
        report = bench.run()
    assert report.interrupted
    assert report.words["subtitles"].lines + bench.run().words["subtitles"].lines == 6
    assert bench.problems() == []


def forgotten(bench: Bench, path: Path | None = None) -> int:
    return forget_lines(bench.library, "subtitles", path, keep_generations=1, say=print)[0]


def test_words_that_were_forgotten_are_gone_and_stay_out_until_they_are_named(bench: Bench) -> None:
    beside(bench, "a.srt")
    bench.run()
    assert forgotten(bench) == 1
    assert lines(bench) == []
    assert "subtitles" not in generations.current(bench.library).modalities
    assert not list(bench.library.vectors.glob(f"{PRINT}/*/*.npz"))
    bench.run()
    assert lines(bench) == []
    bench.run(choice=Choice(only=("subtitles",)), known=True)
    assert len(lines(bench)) == 2
    assert bench.problems() == []


def test_words_may_be_left_out_of_one_folder(bench: Bench) -> None:
    private = bench.videos / "private"
    private.mkdir()
    bench.scenes("private/p.mp4", duration_s=1.7)
    for name in ("a.srt", "private/p.srt"):
        beside(bench, name)
    bench.run()
    assert forgotten(bench, private) == 1
    bench.run(choice=Choice(only=("subtitles",)))
    assert (len(lines(bench)), lines(bench, "private/p.mp4")) == (2, [])
    bench.run(private, choice=Choice(only=("subtitles",)))
    assert len(lines(bench, "private/p.mp4")) == 2


def test_what_comes_into_such_a_folder_later_is_left_out_too(bench: Bench) -> None:
    private = bench.videos / "private"
    private.mkdir()
    beside(bench, "a.srt")
    bench.run()
    forgotten(bench, private)
    (bench.videos / "a.mp4").rename(private / "a.mp4")
    (bench.videos / "a.srt").rename(private / "a.srt")
    bench.run()
    assert lines(bench, "private/a.mp4") == []


def test_what_is_left_out_outlives_a_catalogue(bench: Bench) -> None:
    beside(bench, "a.srt")
    bench.run()
    forgotten(bench)
    catalogue_anew(bench.library, print).close()
    bench.run()
    assert lines(bench) == []


def test_only_words_are_forgotten_so(bench: Bench) -> None:
    bench.run()
    with pytest.raises(UnknownModality, match="no modality of words 'visual'"):
        forget_lines(bench.library, "visual", None, keep_generations=1, say=print)
