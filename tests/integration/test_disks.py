"""Disks inside a root that come, go and change their numbers: what lies on one that went is never taken for deleted."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.upkeep.forget import forget
from indexer.upkeep.reroot import reroot
from tests.bench import Bench, counts
from tests.instant_decoder import install, write


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    install(monkeypatch)
    bench = Bench(tmp_path)
    write(bench.videos / "a.mp4", "red")
    for name in ("b", "c"):
        write(bench.videos / "disk" / f"{name}.mp4", "green" if name == "b" else "blue")
    return bench


class Devices:
    """The numbers of devices that folders say they are on."""

    def __init__(self) -> None:
        self.numbers: dict[bytes, int] = {}

    def of(self, folder: Path, number: int) -> None:
        self.numbers[os.fsencode(folder)] = number


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> Devices:
    """Lets tests give folders, and all below them, another device than they are on."""
    devices, stat = Devices(), os.stat

    def told(path: Any, **options: Any) -> os.stat_result:
        found = stat(path, **options)
        if isinstance(path, bytes):
            for folder, number in sorted(devices.numbers.items()):
                if path == folder or path.startswith(folder + b"/"):
                    fields = {name: getattr(found, name) for name in ("st_atime_ns", "st_mtime_ns", "st_ctime_ns")}
                    found = os.stat_result((*found[:2], number, *found[3:]), fields)
        return found

    monkeypatch.setattr(os, "stat", told)
    return devices


def states(bench: Bench) -> dict[str, str]:
    return {name: each.state for name, each in bench.ledger().items()}


def unmount(bench: Bench) -> Path:
    """What was on the disk is not there; an empty folder, its mount point, is."""
    away = (bench.videos / "disk").rename(bench.videos.parent / "away")
    (bench.videos / "disk").mkdir()
    return away


def test_a_disk_that_goes_takes_nothing_with_it_however_often_one_looks(bench: Bench, devices: Devices) -> None:
    devices.of(bench.videos / "disk", 77)
    bench.run()
    served = bench.served()
    away = unmount(bench)
    del devices.numbers[os.fsencode(bench.videos / "disk")]
    for _ in range(3):
        report = bench.run()
        assert counts(report) == {"unchanged": 1}
        assert report.missing == [bench.videos / "disk"]
    assert "another disk is there than before, or none; what is known of 2 files stays" in bench.listener.messages[-1]
    assert bench.served() == served
    (bench.videos / "disk").rmdir()
    away.rename(bench.videos / "disk")
    devices.of(bench.videos / "disk", 77)
    (bench.videos / "disk" / "c.mp4").unlink()
    assert counts(bench.run()) == {"unchanged": 2, "gone": 1}


def test_a_mount_point_that_went_with_its_disk_is_no_deletion(bench: Bench, devices: Devices) -> None:
    devices.of(bench.videos / "disk", 77)
    bench.run()
    unmount(bench).rename(bench.videos.parent / "farther")
    (bench.videos / "disk").rmdir()
    del devices.numbers[os.fsencode(bench.videos / "disk")]
    assert counts(bench.run()) == {"unchanged": 1}
    assert set(states(bench).values()) == {"indexed"}


def test_what_lies_in_the_empty_mount_point_is_no_sign_of_the_disk(bench: Bench, devices: Devices) -> None:
    devices.of(bench.videos / "disk", 77)
    bench.run()
    unmount(bench)
    del devices.numbers[os.fsencode(bench.videos / "disk")]
    write(bench.videos / "disk" / "stray.mp4", "white")
    assert counts(bench.run()) == {"unchanged": 1, "indexed": 1}
    for _ in range(3):
        assert counts(bench.run()) == {"unchanged": 2}
    assert set(states(bench).values()) == {"indexed"}


def test_another_disk_in_its_place_does_not_delete_what_was_on_the_first(bench: Bench, devices: Devices) -> None:
    devices.of(bench.videos / "disk", 77)
    bench.run()
    unmount(bench)
    write(bench.videos / "disk" / "other.mp4", "white")
    devices.of(bench.videos / "disk", 78)
    bench.run()
    assert counts(bench.run()) == {"unchanged": 2}
    assert states(bench)["disk/b.mp4"] == "indexed"


def test_a_disk_whose_number_changed_is_known_by_its_files_and_one_run_later_deletions_count(
    bench: Bench, devices: Devices
) -> None:
    devices.of(bench.videos / "disk", 77)
    bench.run()
    devices.of(bench.videos / "disk", 78)
    (bench.videos / "disk" / "b.mp4").unlink()
    assert counts(bench.run()) == {"unchanged": 2}
    assert counts(bench.run()) == {"unchanged": 2, "gone": 1}


def test_a_disk_that_is_known_again_by_a_part_of_it_is_waited_for_when_it_goes(bench: Bench, devices: Devices) -> None:
    write(bench.videos / "disk" / "in" / "d.mp4", "white")
    devices.of(bench.videos / "disk", 77)
    bench.run()
    devices.of(bench.videos / "disk", 78)
    bench.run(bench.videos / "disk" / "in")
    unmount(bench)
    del devices.numbers[os.fsencode(bench.videos / "disk")]
    assert counts(bench.run()) == {"unchanged": 1}


def test_where_nothing_is_missing_another_number_is_taken_for_the_same_disk(bench: Bench, devices: Devices) -> None:
    devices.of(bench.videos / "disk", 77)
    bench.run()
    devices.of(bench.videos / "disk", 78)
    for name in ("b", "c"):
        write(bench.videos / "disk" / f"{name}.mp4", "white", "white" if name == "b" else "red")
    bench.run()
    (bench.videos / "disk" / "b.mp4").unlink()
    assert counts(bench.run()) == {"unchanged": 2, "gone": 1}


def test_a_root_whose_mount_point_is_not_empty_when_its_disk_is_gone_keeps_all(bench: Bench, devices: Devices) -> None:
    devices.of(bench.videos, 77)
    bench.run()
    bench.videos.rename(bench.videos.parent / "away")
    write(bench.videos / "stray.mp4", "white")
    del devices.numbers[os.fsencode(bench.videos)]
    for _ in range(2):
        assert "gone" not in counts(bench.run())
    assert set(states(bench).values()) == {"indexed"}


def test_a_disk_that_was_a_root_of_its_own_is_kept_when_an_outer_root_is_indexed_without_it(
    bench: Bench, devices: Devices
) -> None:
    devices.of(bench.videos / "disk", 77)
    bench.run(bench.videos / "disk")
    unmount(bench)
    del devices.numbers[os.fsencode(bench.videos / "disk")]
    assert counts(bench.run()) == {"indexed": 1}
    assert set(states(bench).values()) == {"indexed"}


def test_a_folder_that_was_a_root_of_its_own_and_is_deleted_is_gone(bench: Bench) -> None:
    bench.run(bench.videos / "disk")
    unmount(bench)
    assert counts(bench.run()) == {"indexed": 1, "gone": 2}


def test_what_is_on_a_disk_that_will_not_come_back_can_be_forgotten(bench: Bench, devices: Devices) -> None:
    devices.of(bench.videos / "disk", 77)
    bench.run()
    unmount(bench)
    del devices.numbers[os.fsencode(bench.videos / "disk")]
    bench.run()
    assert forget(bench.library, bench.videos / "disk", keep_generations=2, say=bench.listener.say)[0] == 2
    report = bench.run()
    assert (counts(report), report.missing) == ({"unchanged": 1}, [])


def test_a_part_of_a_root_that_is_looked_at_alone_is_on_the_disk_that_it_was_on(bench: Bench, devices: Devices) -> None:
    devices.of(bench.videos / "disk", 77)
    bench.run()
    unmount(bench)
    write(bench.videos / "disk" / "in" / "stray.mp4", "white")
    del devices.numbers[os.fsencode(bench.videos / "disk")]
    bench.run(bench.videos / "disk" / "in")
    bench.run(bench.videos / "disk")
    bench.run()
    assert set(states(bench).values()) == {"indexed"}


def test_a_disk_that_is_excluded_while_it_is_away_is_remembered(bench: Bench, devices: Devices) -> None:
    devices.of(bench.videos / "disk", 77)
    bench.run()
    unmount(bench)
    del devices.numbers[os.fsencode(bench.videos / "disk")]
    bench.run(settings=bench.settings(exclude=("disk",)))
    bench.run()
    assert states(bench)["disk/b.mp4"] != "gone"


def test_a_root_that_moved_to_another_disk_is_looked_at_as_it_is_there(bench: Bench, devices: Devices) -> None:
    devices.of(bench.videos, 77)
    bench.run()
    there = bench.videos.rename(bench.videos.parent / "there")
    reroot(bench.library, bench.videos, there)
    (there / "a.mp4").unlink()
    assert counts(bench.run(known=True)) == {"unchanged": 2, "gone": 1}


def test_what_is_seen_in_two_parts_of_a_root_in_one_run_is_remembered_of_both(bench: Bench, devices: Devices) -> None:
    write(bench.videos / "longer" / "k.mp4", "white")
    bench.run()
    devices.of(bench.videos / "disk" / "in", 77)
    write(bench.videos / "disk" / "in" / "d.mp4", "white", "red")
    bench.run(bench.videos / "disk", bench.videos / "longer")
    (bench.videos / "disk" / "in").rename(bench.videos.parent / "away")
    (bench.videos / "disk" / "in").mkdir()
    del devices.numbers[os.fsencode(bench.videos / "disk" / "in")]
    assert counts(bench.run()) == {"unchanged": 4}
    assert states(bench)["disk/in/d.mp4"] == "indexed"


@pytest.fixture
def mount(bench: Bench) -> Iterator[Callable[[], None]]:
    """Mounts a small disk at `disk`, and takes it away again when it is asked a second time."""
    point, is_there = bench.videos / "disk", [False]

    def switch() -> None:
        words = (
            ["umount", "--lazy", str(point)]
            if is_there[0]
            else ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(point)]
        )
        if subprocess.run(words, capture_output=True).returncode:
            pytest.skip("only root may mount a disk")
        is_there[0] = not is_there[0]

    yield switch
    if is_there[0]:
        switch()


def test_a_real_disk_that_is_unmounted_takes_nothing_with_it(bench: Bench, mount: Callable[[], None]) -> None:
    mount()
    write(bench.videos / "disk" / "d.mp4", "white")
    bench.run()
    served = bench.served()
    mount()
    write(bench.videos / "disk" / "b.mp4", "green")
    bench.run()
    assert states(bench)["disk/d.mp4"] == "indexed"
    assert bench.served() >= served
    (bench.videos / "a.mp4").unlink()
    assert counts(bench.run())["gone"] == 1
