"""A cluster of Ray, of real processes: machines and workers may die, and the library is what it would have been."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from data.stores.shards.folder import read_account, read_clips, read_frames
from indexer.execute.cluster.fleet import ClusterUnavailable
from indexer.progress import Progress
from models.pair import Pair
from models.spec import Embedded, ModelSpec, WeightsMissing
from tests.bench import Bench, Listener, counts
from tests.machines import ON_RAY, ROOT, Machines, cluster
from tests.small_library import COLOURS, SPEC, ColourTextTower, ColourVideoTower, write_video

_VIDEOS = 6
pytestmark = ON_RAY


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    with cluster() as started:
        yield started


class FarBench(Bench):
    """Its towers can be sent to other machines."""

    def pair(self, spec: ModelSpec = SPEC) -> Pair:
        return Pair(spec, type(self.tower), ColourTextTower, ())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = FarBench(tmp_path)
    colours = [*COLOURS][:4]
    for number in range(_VIDEOS):
        first, second = colours[number % 4], colours[(number + 1 + number // 4) % 4]
        write_video(bench.videos / f"{number}.mp4", [(first, 3 + number), (second, 4)])
    return bench


def rows(bench: Bench) -> dict[str, Any]:
    """All that is kept of each video, but for the moment at which it was made."""
    found = {}
    for shard in bench.shards():
        account, (ids, values), frames = read_account(shard), read_clips(shard), read_frames(shard)
        assert account is not None
        assert frames is not None
        kept = (account.video, account.fingerprint, account.clips, account.lost)
        found[shard.name] = (kept, ids.tolist(), values.tolist(), frames.times_s.tolist(), frames.values.tolist())
    return found


class Meddler(Listener):
    """Does something in the middle of a run, once."""

    def __init__(self, meddle: Any) -> None:
        super().__init__()
        self._meddle = meddle

    def progress(self, progress: Progress) -> None:
        super().progress(progress)
        if progress.what is None and progress.files_done == 2 and self._meddle is not None:
            meddle, self._meddle = self._meddle, None
            meddle()

    @property
    def is_done(self) -> bool:
        return self._meddle is None


def workers() -> list[int]:
    """Processes of Ray that work on files, on whatever machine of the cluster."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                title = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if title.startswith(b"ray::Worker"):
                found.append(int(folder.name))
    return sorted(found)


def test_without_a_core_in_it_a_cluster_has_no_room(
    bench: Bench, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.execute.cluster.rays.START_S", 1.0)
    with pytest.raises(ClusterUnavailable, match="no core of the cluster became free within 1 s"):
        bench.run(settings=bench.settings(on=machines.address))
    assert bench.shards() == []


def test_a_machine_and_a_worker_die_and_the_rows_are_those_of_an_undisturbed_run(
    bench: Bench, machines: Machines, tmp_path: Path
) -> None:
    assert counts(bench.run()) == {"indexed": _VIDEOS}
    undisturbed, served = rows(bench), bench.served()
    doomed, _ = machines.add(), machines.add()

    def meddle() -> None:
        machines.kill(doomed)
        machines.add()
        os.kill(np.random.default_rng().choice(workers()), signal.SIGKILL)

    bench.library = type(bench.library)(tmp_path / "on the cluster")
    bench.listener = meddler = Meddler(meddle)
    assert counts(bench.run(settings=bench.settings(on=machines.address))) == {"indexed": _VIDEOS}
    assert meddler.is_done
    assert rows(bench) == undisturbed
    assert bench.served() == served
    assert bench.problems() == []
    assert counts(bench.run(settings=bench.settings(on=machines.address))) == {"unchanged": _VIDEOS}


class Poisoned(ColourVideoTower):
    """One colour ends the process that looks at it."""

    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        if (pixels.reshape(-1, 3).mean(axis=0) < 40).all():
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(pixels)


def test_a_file_that_ends_every_process_is_recorded_and_the_others_go_on(bench: Bench, machines: Machines) -> None:
    write_video(bench.videos / "poison.mp4", [("black", 3)])
    bench.tower = Poisoned()
    report = bench.run(settings=bench.settings(on=machines.address))
    assert counts(report) == {"indexed": _VIDEOS, "failed": 1}
    place = bench.ledger()["poison.mp4"]
    assert (place.state, place.stage) == ("failed", "lost")
    assert place.reason == "the process that worked on it ended, or its machine did, tried 3 times"
    assert counts(bench.run(settings=bench.settings(on=machines.address))) == {"unchanged": _VIDEOS + 1}


def test_a_head_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "videos").mkdir()
    command = ["index", tmp_path / "videos", "--library", tmp_path / "library", "--on", f"ray://127.0.0.1:{port}"]
    done = subprocess.run(
        [sys.executable, "-m", "sceneseek", *map(str, command)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 5
    assert done.stderr == f"error: no cluster at ray://127.0.0.1:{port}: [Errno 111] Connection refused\n"


class OnGpu(ColourVideoTower):
    """Works where a GPU is, and nowhere else."""

    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        assert os.environ["CUDA_VISIBLE_DEVICES"] != ""
        return super().encode(pixels)


def test_where_there_are_gpus_they_embed_what_others_decode(bench: Bench, machines: Machines) -> None:
    machines.add(num_cpus=0, num_gpus=1)
    bench.tower = OnGpu()
    assert counts(bench.run(settings=bench.settings(on=machines.address))) == {"indexed": _VIDEOS}
    assert bench.problems(is_deep=False) == []


class Unloadable(ColourVideoTower):
    """Loads here, and nowhere else."""

    def __init__(self) -> None:
        if "ray::" in Path("/proc/self/cmdline").read_text():
            raise WeightsMissing("no weights")


def test_machines_where_the_tower_does_not_load_are_said_and_no_file_is_to_blame(
    bench: Bench, machines: Machines
) -> None:
    bench.tower = Unloadable()
    with pytest.raises(ClusterUnavailable, match=r"no process of the cluster could start: 127\.0\.0\.\d: .*no weights"):
        bench.run(settings=bench.settings(on=machines.address, device="cpu"))
    assert bench.ledger() == {}


def test_when_the_head_is_lost_what_was_finished_is_served_and_the_next_run_goes_on(
    bench: Bench, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_CLIENT_RECONNECT_GRACE_PERIOD", "3")
    machines.add()
    bench.listener = Meddler(machines.close)
    with pytest.raises(ClusterUnavailable, match="does not answer any more"):
        bench.run(settings=bench.settings(on=machines.address))
    assert len(bench.served()) == sum(len(read_clips(shard)[0]) for shard in bench.shards()) > 0
    assert all(place.state == "indexed" for place in bench.ledger().values())
    bench.run()
    assert len(bench.shards()) == _VIDEOS
    assert bench.problems(is_deep=False) == []
