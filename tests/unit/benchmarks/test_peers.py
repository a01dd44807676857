import sys

from benchmarks.peers.__main__ import shortest, table
from benchmarks.peers.measured import Run, run
from benchmarks.peers.trials import rank, recalls, taken
from data.manifests import Item


def test_recall_counts_what_was_found_within_the_first_ones_and_what_was_not_as_missed() -> None:
    ranks = [rank(wanted, ["a", "b", "c"]) for wanted in ("a", "b", "nowhere", "c")]
    assert ranks == [0, 1, None, 2]
    assert recalls(ranks) == {"R@1": "25.0", "R@5": "75.0", "R@10": "75.0"}
    assert recalls([None]) == {"R@1": "0.0", "R@5": "0.0", "R@10": "0.0"}


def test_the_shortest_videos_that_fit_are_taken_in_their_own_order() -> None:
    items = [Item(name, None, (), ("a caption",)) for name in ("long", "b", "a")]
    assert shortest(list(zip(items, (60.0, 20.0, 10.0), strict=True)), 30.0) == items[1:]


def test_a_column_for_each_tool_and_a_row_for_each_figure() -> None:
    results = {"one": {"R@1": "25.0", "R@5": "75.0"}, "two": {"R@1": "50.0", "R@5": "50.0"}}
    assert table(results).splitlines() == [
        "|  | one | two |",
        "| --- | --- | --- |",
        "| R@1 | 25.0 | 50.0 |",
        "| R@5 | 75.0 | 50.0 |",
    ]


def test_a_file_that_is_missing_is_told_apart_from_one_that_was_announced() -> None:
    done = Run(code=3, wall_s=1.0, cpu_s=1.0, peak_mib=1.0, said="", wrong="failed: /x/text.mp4: probe: no video")
    answers = [{"videos": ["/x/good.mp4"]}]
    told = taken(done, ["good.mp4", "half.mp4", "text.mp4"], answers)
    assert told == "exit 3; found: good.mp4; not: half.mp4, text.mp4 (said so of text.mp4)"
    assert taken(done, ["good.mp4"], answers) == "exit 3; found: good.mp4; not: none"
    assert taken(done, ["text.mp4"], []) == "exit 3; found: none; not: text.mp4 (said so of text.mp4)"


def test_a_command_is_measured_with_its_children_and_killed_with_them() -> None:
    busy = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    done = run(["sh", "-c", f"{sys.executable} -c '{busy}'; cat; exit 4"], {}, given="said")
    assert (done.code, done.said) == (4, "said")
    assert done.cpu_s > 0.25
    assert run(["sh", "-c", "sleep 600; true"], {}, kill_after_s=0.1).code == -9
