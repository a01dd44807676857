"""What was forgotten stays out until it is named."""

import os
from pathlib import Path

import pytest

from data.stores.catalog import open_catalog
from indexer.report import forgotten_of
from indexer.upkeep.forget import forget
from indexer.upkeep.reroot import reroot
from search.service.status import status_of
from tests.bench import NEWER, Bench, counts
from tests.instant_decoder import install, write


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    install(monkeypatch)
    bench = Bench(tmp_path)
    write(bench.videos / "a.mp4", "red")
    write(bench.videos / "drafts" / "b.mp4", "green")
    write(bench.videos / "drafts" / "c.mp4", "blue")
    bench.run()
    return bench


def dropped(bench: Bench, path: Path) -> int:
    return forget(bench.library, path, keep_generations=2, say=bench.listener.say)[0]


def present(bench: Bench) -> set[str]:
    return {name for name, each in bench.ledger().items() if each.state == "indexed"}


def listed(bench: Bench) -> list[str]:
    catalog = open_catalog(bench.library.catalog)
    paths = [each["path"] for each in forgotten_of(catalog)]
    assert status_of(bench.library, catalog, bytes_used=0, set_aside=0).forgotten == len(paths)
    catalog.close()
    return paths


def test_a_forgotten_file_stays_out_is_said_and_comes_in_when_it_is_named(bench: Bench) -> None:
    assert dropped(bench, bench.videos / "a.mp4") == 1
    assert listed(bench) == [str(bench.videos / "a.mp4")]
    for known in (True, False):
        assert counts(bench.run(known=known)) == {"unchanged": 2}
    assert f"{bench.videos / 'a.mp4'}: was forgotten and stays out" in bench.listener.messages[-1]
    assert len(bench.served()) == 2
    assert bench.run(bench.videos / "a.mp4").files == 1
    assert len(bench.served()) == 3
    assert listed(bench) == []
    assert counts(bench.run()) == {"unchanged": 3}


def test_a_forgotten_folder_stays_out_with_what_comes_there_later(bench: Bench) -> None:
    assert dropped(bench, bench.videos / "drafts") == 2
    write(bench.videos / "drafts" / "new.mp4", "white")
    assert counts(bench.run()) == {"unchanged": 1}
    assert present(bench) == {"a.mp4"}
    assert bench.run(bench.videos / "drafts").files == 3
    assert len(bench.served()) == 4
    assert listed(bench) == []


def test_a_file_in_a_forgotten_folder_comes_in_alone_when_it_is_named_and_then_stays(bench: Bench) -> None:
    dropped(bench, bench.videos / "drafts")
    assert bench.run(bench.videos, bench.videos / "drafts" / "b.mp4").files == 2
    assert counts(bench.run()) == {"unchanged": 2}
    assert present(bench) == {"a.mp4", "drafts/b.mp4"}
    (bench.videos / "drafts" / "b.mp4").unlink()
    assert counts(bench.run()) == {"unchanged": 1, "gone": 1}


def test_a_forgotten_root_is_looked_at_again_when_it_is_named_with_all_that_was_forgotten_in_it(bench: Bench) -> None:
    dropped(bench, bench.videos / "drafts" / "b.mp4")
    assert dropped(bench, bench.videos) == 2
    assert listed(bench) == [str(bench.videos)]
    assert bench.run().files == 3
    assert len(bench.served()) == 3
    assert listed(bench) == []


def test_an_outer_root_leaves_a_forgotten_one_out(bench: Bench) -> None:
    dropped(bench, bench.videos)
    write(bench.videos.parent / "outer.mp4", "white")
    assert counts(bench.run(bench.videos.parent)) == {"indexed": 1}


def test_a_part_of_a_forgotten_root_and_what_holds_it_can_be_named_together(bench: Bench) -> None:
    dropped(bench, bench.videos)
    assert bench.run(bench.videos / "drafts", bench.videos.parent).files == 2
    assert bench.run(known=True).files == 2


def test_where_all_was_forgotten_nothing_is_taken_for_a_disk_that_went(bench: Bench) -> None:
    dropped(bench, bench.videos / "a.mp4")
    dropped(bench, bench.videos / "drafts")
    report = bench.run()
    assert (counts(report), report.missing) == ({}, [])


def test_another_model_does_not_bring_back_what_was_forgotten(bench: Bench) -> None:
    dropped(bench, bench.videos / "drafts")
    assert counts(bench.run(known=True, spec=NEWER)) == {"indexed": 1}


def test_what_was_forgotten_moves_with_its_root(bench: Bench, tmp_path: Path) -> None:
    dropped(bench, bench.videos / "a.mp4")
    there = bench.videos.rename(tmp_path / "there")
    reroot(bench.library, bench.videos, there)
    assert listed(bench) == [str(there / "a.mp4")]
    assert counts(bench.run(known=True)) == {"unchanged": 2}


def test_what_is_not_in_the_library_is_not_forgotten(bench: Bench) -> None:
    assert dropped(bench, bench.videos / "nowhere") == 0
    assert listed(bench) == []


def test_very_many_paths_can_be_named_at_once(bench: Bench) -> None:
    catalog = open_catalog(bench.library.catalog)
    catalog.readmit([b"/%d" % number for number in range(300_000)])
    catalog.close()


@pytest.mark.parametrize(
    ("old", "new", "roots", "moved"),
    [
        ("/", "/mnt/x", ["/videos", "/a"], ["/mnt/x/a", "/mnt/x/videos"]),
        ("/mnt/x", "/", ["/mnt/x/videos"], ["/videos"]),
        ("//mnt/x", "//y", ["/mnt/x"], ["/y"]),
        ("/", "/mnt", ["/x", "/mnt/x"], ["/mnt/mnt/x", "/mnt/x"]),
        ("/mnt", "/", ["/mnt/x", "/mnt/mnt/x"], ["/mnt/x", "/x"]),
        ("/a", "/a/b", ["/a"], ["/a/b"]),
    ],
)
def test_roots_move_also_from_and_to_the_root_of_all(
    bench: Bench, old: str, new: str, roots: list[str], moved: list[str]
) -> None:
    dropped(bench, bench.videos)
    catalog = open_catalog(bench.library.catalog)
    for root in roots:
        catalog.add_root(os.fsencode(root))
    assert reroot(bench.library, Path(old), Path(new)) == len(moved)
    assert catalog.roots() == [os.fsencode(root) for root in moved]
    catalog.close()
