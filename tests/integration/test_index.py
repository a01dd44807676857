"""Whole runs of the indexer on synthesised videos, with a tower that knows colours."""

import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from data.stores.library import Library
from data.types import LibraryBusy
from indexer.plan.look import NothingKnown, UnknownPath
from indexer.upkeep.forget import forget
from models.spec import Embedded
from tests import media
from tests.bench import Bench, counts
from tests.small_library import ColourVideoTower


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_folder_is_indexed_and_published(bench: Bench) -> None:
    bench.scenes("a.mp4", (1.0,))
    (bench.videos / "deep").mkdir()
    bench.scenes("deep/b.mp4", fps=12)
    report = bench.run()
    assert counts(report) == {"indexed": 2}
    assert (report.clips, report.generation) == (3, "00000001")
    assert report.hours == pytest.approx(4 / 3600, rel=0.01)
    assert len(bench.served()) == 3


def test_nothing_changed_means_no_work_and_no_new_generation(bench: Bench) -> None:
    bench.scenes("a.mp4")
    bench.run()
    again = bench.run(known=True)
    assert counts(again) == {"unchanged": 1}
    assert (again.clips, again.generation) == (0, "00000001")


def test_a_bad_file_is_set_aside_with_stage_and_reason_and_the_others_go_on(bench: Bench) -> None:
    bench.scenes("a.mp4")
    media.text(bench.videos / "text.mp4")
    media.empty(bench.videos / "empty.mp4")
    media.audio_only(bench.videos / "song.mp4")
    report = bench.run()
    assert counts(report) == {"indexed": 1, "failed": 2, "skipped": 1}
    assert {(error.path.name, error.stage) for error in report.failures} == {
        ("text.mp4", "probe"),
        ("empty.mp4", "probe"),
    }
    assert bench.ledger()["song.mp4"].reason == "no moving picture in it"
    assert counts(bench.run()) == {"unchanged": 4}
    assert counts(bench.run(retry_failed=True)) == {"unchanged": 2, "failed": 2}


def test_a_truncated_file_is_indexed_as_far_as_it_goes(bench: Bench) -> None:
    path = media.faststart(bench.scenes("a.mp4", duration_s=12.0))
    media.truncate(path, 0.6)
    report = bench.run(path)
    assert counts(report) == {"partial": 1}
    assert "of 12.0 s" in (bench.ledger()[""].reason or "")


def test_failed_video_keeps_its_old_clips(bench: Bench) -> None:
    path = bench.scenes("a.mp4")
    bench.run()
    served, before = bench.served(), bench.ledger()["a.mp4"]
    media.text(path)
    assert counts(bench.run()) == {"failed": 1}
    after = bench.ledger()["a.mp4"]
    assert bench.served() == served
    assert (after.state, after.stage) == ("failed", "probe")
    assert (after.video_id, after.indexed_size_bytes) == (before.video_id, before.indexed_size_bytes)
    assert after.size_bytes != before.size_bytes


def test_a_changed_file_is_replaced_whole(bench: Bench) -> None:
    bench.scenes("a.mp4")
    bench.run()
    old = bench.served()
    bench.scenes("a.mp4", (1.0,), fps=12)
    assert counts(bench.run()) == {"indexed": 1}
    assert len(bench.served()) == 2
    assert not bench.served() & old


def test_a_rename_costs_no_work(bench: Bench) -> None:
    path = bench.scenes("a.mp4")
    bench.run()
    served = bench.served()
    path.rename(bench.videos / "b.mp4")
    report = bench.run()
    assert counts(report) == {"unchanged": 1, "gone": 1}
    assert report.clips == 0
    assert bench.served() == served
    assert bench.ledger()["b.mp4"].video_id == bench.ledger()["a.mp4"].video_id


def test_a_duplicate_is_embedded_once_and_known_under_each_path(bench: Bench) -> None:
    path = bench.scenes("a.mp4")
    for name in ("b.mp4", "c.mp4"):
        shutil.copy(path, bench.videos / name)
    report = bench.run()
    assert counts(report) == {"indexed": 1, "duplicates": 2}
    assert report.clips == 1
    assert {each.state for each in bench.ledger().values()} == {"indexed"}


def test_twins_of_a_bad_file_fail_as_it_does(bench: Bench) -> None:
    for name in ("a.mp4", "b.mp4"):
        media.huge_canvas(bench.videos / name)
    assert counts(bench.run()) == {"failed": 2}


def test_a_deleted_file_leaves_the_search_and_comes_back_without_work(bench: Bench) -> None:
    path, _ = bench.scenes("a.mp4"), bench.scenes("b.mp4", (1.0,))
    bench.run()
    both = bench.served()
    path.rename(bench.videos.parent / "away.mp4")
    assert counts(bench.run()) == {"unchanged": 1, "gone": 1}
    assert len(bench.served()) == 2
    (bench.videos.parent / "away.mp4").rename(path)
    again = bench.run()
    assert (counts(again), again.clips) == ({"unchanged": 2}, 0)
    assert bench.served() == both


def test_a_broken_file_where_a_deleted_one_was_brings_nothing_back(bench: Bench) -> None:
    path, _ = bench.scenes("a.mp4"), bench.scenes("b.mp4", (1.0,))
    bench.run()
    path.unlink()
    bench.run()
    served = bench.served()
    media.text(path)
    assert counts(bench.run()) == {"unchanged": 1, "failed": 1}
    assert bench.served() == served


def test_a_root_that_is_missing_or_empty_removes_nothing(bench: Bench) -> None:
    bench.scenes("a.mp4")
    bench.run()
    served = bench.served()
    bench.videos.rename(bench.videos.parent / "unmounted")
    report = bench.run(known=True)
    assert report.missing == [bench.videos]
    bench.videos.mkdir()
    assert bench.run().missing == [bench.videos]
    assert bench.served() == served
    assert "stays" in bench.listener.messages[-1]


def test_a_walk_of_a_part_of_a_root_says_nothing_of_the_rest(bench: Bench) -> None:
    (bench.videos / "in").mkdir()
    bench.scenes("a.mp4")
    bench.scenes("in/b.mp4", fps=12)
    bench.run()
    (bench.videos / "a.mp4").unlink()
    assert counts(bench.run(bench.videos / "in")) == {"unchanged": 1}
    assert bench.ledger()["a.mp4"].state == "indexed"


def test_an_outer_root_adopts_an_inner_one(bench: Bench) -> None:
    (bench.videos / "in").mkdir()
    bench.scenes("in/b.mp4")
    bench.run(bench.videos / "in")
    assert counts(bench.run()) == {"unchanged": 1}
    assert set(bench.ledger()) == {"in/b.mp4"}


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_run(bench: Bench) -> None:
    path = bench.scenes("a.mp4")

    class Touching(ColourVideoTower):
        def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
            os.utime(path)
            embedded: Embedded = super().encode(pixels)
            return embedded

    bench.tower = Touching()
    assert counts(bench.run()) == {"skipped": 1}
    bench.tower = ColourVideoTower()
    assert counts(bench.run()) == {"indexed": 1}


def test_ctrl_c_keeps_and_serves_what_is_finished(bench: Bench) -> None:
    bench.scenes("a.mp4")
    for number in range(4):
        bench.scenes(f"b{number}.mp4", fps=12 + number)

    class Interrupting(ColourVideoTower):
        calls = 0

        def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
            self.calls += 1
            if self.calls == 2:
                raise KeyboardInterrupt
            embedded: Embedded = super().encode(pixels)
            return embedded

    bench.tower = Interrupting()
    report = bench.run(settings=bench.settings(workers=1, batch_clips=1))
    assert report.interrupted
    assert counts(report) == {"indexed": 1}
    assert len(bench.served()) == 1
    bench.tower = ColourVideoTower()
    assert counts(bench.run()) == {"unchanged": 1, "indexed": 4}


def test_two_indexers_on_one_library_the_second_is_refused(bench: Bench) -> None:
    bench.scenes("a.mp4")
    with bench.library.writing(), pytest.raises(LibraryBusy):
        bench.run()


def test_wrong_paths_are_said_before_any_work(bench: Bench) -> None:
    with pytest.raises(NothingKnown):
        bench.run(known=True)
    with pytest.raises(UnknownPath, match="nowhere"):
        bench.run(bench.videos / "nowhere")
    assert counts(bench.run()) == {}


def test_a_link_to_the_parent_counts_no_file_twice_in_whatever_order_folders_are_indexed(bench: Bench) -> None:
    bench.scenes("a.mp4")
    inner = bench.videos / "inner"
    inner.mkdir()
    bench.scenes("inner/b.mp4", (1.0,))
    (inner / "up").symlink_to(bench.videos)
    assert counts(bench.run(inner)) == {"indexed": 2}
    assert bench.run().files == 2
    bench.run(inner)
    assert bench.run().files == 2
    present = {name for name, location in bench.ledger().items() if location.state == "indexed"}
    assert present == {"a.mp4", "inner/b.mp4"}
    assert len(bench.served()) == 3


def test_forgetting_removes_from_search_but_not_from_disk(bench: Bench) -> None:
    path, _ = bench.scenes("a.mp4"), bench.scenes("b.mp4", (1.0,))
    bench.run()
    assert forget(bench.library, path, keep_generations=2, say=bench.listener.say)[0] == 1
    assert len(bench.served()) == 2
    assert path.exists()
    assert forget(bench.library, bench.videos, keep_generations=2, say=bench.listener.say)[0] == 1
    assert bench.served() == set()
    assert forget(bench.library, bench.videos, keep_generations=2, say=bench.listener.say)[0] == 0


def test_progress_ends_with_everything_done(bench: Bench) -> None:
    bench.scenes("a.mp4")
    media.text(bench.videos / "text.mp4")
    bench.run()
    assert bench.listener.last is not None
    assert (bench.listener.last.files_done, bench.listener.last.files_total) == (2, 2)
    assert bench.listener.last.failed == 1
    assert bench.listener.troubles[0][:3] == ("text.mp4", "failed", "probe")


def test_an_excluded_file_is_skipped_with_its_reason_and_looked_at_when_it_is_no_more(bench: Bench) -> None:
    bench.scenes("a.mp4")
    bench.scenes("b.mp4", (1.0,))
    assert counts(bench.run(settings=bench.settings(exclude=("b.*",)))) == {"indexed": 1, "skipped": 1}
    assert bench.ledger()["b.mp4"].reason == "excluded by b.*"
    assert counts(bench.run(settings=bench.settings(include=("a.*",)))) == {"unchanged": 1, "skipped": 1}
    assert counts(bench.run()) == {"indexed": 1, "unchanged": 1}


def test_a_young_file_waits_for_the_next_run(bench: Bench) -> None:
    path = bench.scenes("a.mp4")
    assert counts(bench.run(settings=bench.settings(settle_s=60))) == {"skipped": 1}
    old_s = path.stat().st_mtime - 120
    os.utime(path, (old_s, old_s))
    assert counts(bench.run(settings=bench.settings(settle_s=60))) == {"indexed": 1}


def test_a_file_named_on_purpose_stays_when_its_folder_is_walked(bench: Bench) -> None:
    bench.scenes("a.mp4")
    odd = bench.scenes("b.mp4", (1.0,)).rename(bench.videos / "b.dat")
    bench.run()
    assert counts(bench.run(odd)) == {"indexed": 1}
    assert counts(bench.run()) == {"unchanged": 2}
    odd.unlink()
    assert counts(bench.run()) == {"unchanged": 1, "gone": 1}


def test_a_folder_named_with_its_part_is_looked_at_once(bench: Bench) -> None:
    (bench.videos / "in").mkdir()
    bench.scenes("in/a.mp4")
    assert counts(bench.run(bench.videos / "in", bench.videos, bench.videos / "in" / ".." / "in")) == {"indexed": 1}


def test_a_second_run_may_wait_for_the_first(bench: Bench) -> None:
    bench.scenes("a.mp4")
    with bench.library.writing():
        waiting = threading.Thread(target=bench.run, kwargs={"wait": True})
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
    waiting.join()
    assert len(bench.served()) == 1


def test_a_library_inside_a_folder_of_videos_is_not_searched_for_videos(bench: Bench) -> None:
    bench.scenes("a.mp4")
    bench.run()
    bench.library = Library(bench.library.folder.rename(bench.videos / "library"))
    bench.library.proxies.mkdir(parents=True)
    shutil.copy(bench.scenes("b.mp4", (1.0,)), bench.library.proxies / "copy.mp4")
    assert counts(bench.run()) == {"indexed": 1, "unchanged": 1}
    assert set(bench.ledger()) == {"a.mp4", "b.mp4"}
