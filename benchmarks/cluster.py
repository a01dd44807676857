"""What a cluster of Ray costs over one machine: `python -m benchmarks.cluster FOLDER [--workers 1 2 4] [--json FILE]`.

The same videos, each played `--times` over so that starting is not most of it, are indexed by this machine's own
processes, one at a time, then on clusters of so many machines with a core each, which are processes here. CPU time is
read from /proc while they run, and OMP_NUM_THREADS is 1. On a machine of few cores more workers can't be faster: what
is to be seen is that an hour of video costs the same. What one coordinator can do in a second is measured by itself, on
hours of made-up video.
"""

import argparse
import json
import os
import pickle
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import numpy as np

from benchmarks.indexing import Silent
from data.identity import clip_id_of
from data.stores.catalog import open_catalog
from data.stores.library import Library
from data.stores.shards.accounts import Account
from data.stores.shards.folder import ShardWriter
from data.types import Clip, Video
from indexer.afterwards import Choice
from indexer.commit.store import put
from indexer.index import index
from indexer.modalities.visual import NAME
from indexer.plan.claims import Claims
from indexer.settings import IndexSettings
from models.registry import open_pair

_EVERY_S = 0.1
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_HOURS, _CLIPS_AN_HOUR = 100, 600
_TURNS = 500
# 127.0.0.1 itself would be taken for the address of a network card.
_HEAD = "127.0.0.2"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--times", type=int, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        for file in sorted(asked.folder.glob("*.mp4")):
            lengthen(file, Path(place) / file.name, asked.times)
        measure(Path(place), asked.workers, asked.json)


def measure(folder: Path, workers: list[int], written: Path | None) -> None:
    os.environ.update(
        GRPC_ENABLE_FORK_SUPPORT="0",
        OMP_NUM_THREADS="1",
        RAY_USAGE_STATS_ENABLED="0",
        PYTHONPATH=str(Path(__file__).parents[1]),
    )
    rows = [{"on": "this machine", **indexed(folder, "here")}]
    for count in workers:
        with machines(count) as address:
            rows.append({"on": f"cluster, {count} workers", **indexed(folder, address)})
            turns = turns_a_second(address)
    figures = {"rows": rows, "turns_a_second": round(turns), **committing()}
    print(json.dumps(figures, indent=1))
    if written:
        written.write_text(json.dumps(figures, indent=1))


def lengthen(file: Path, longer: Path, times: int) -> None:
    """The same pictures so many times over, as they are encoded."""
    with av.open(str(file)) as source, av.open(str(longer), "w") as target:
        (given,) = source.streams.video[:1]
        stream = target.add_stream_from_template(given)
        packets = [packet for packet in source.demux(given) if packet.dts is not None]
        each = max(packet.pts + (packet.duration or 0) for packet in packets if packet.pts is not None)
        for number in range(times):
            source.seek(0)
            for packet in source.demux(given):
                if packet.dts is not None and packet.pts is not None:
                    packet.pts, packet.dts = packet.pts + number * each, packet.dts + number * each
                    packet.stream = stream
                    target.mux(packet)


def indexed(folder: Path, on: str) -> dict[str, float]:
    """CPU seconds for an hour of video, by what spent them, and how long it took."""
    with tempfile.TemporaryDirectory() as place, Meter() as meter:
        settings = IndexSettings(on=on, workers=1)
        began_s = time.monotonic()
        report = index(
            Library(Path(place)),
            open_pair("vlc-lite"),
            [folder],
            settings=settings,
            reporter=Silent(),
            choice=Choice(only=(NAME,)),
        )
        took_s = time.monotonic() - began_s
    assert not report.failed
    spent = {f"{kind}_cpu_s": round(cpu_s / report.hours, 1) for kind, cpu_s in meter.spent_s().items()}
    return {"hours": round(report.hours, 3), "clips": report.clips, "wall_s": round(took_s, 1), **spent}


class Meter:
    """Reads what this process and all below it spend, as long as they live."""

    def __init__(self) -> None:
        self._before = _cpu_s()
        self._seen = dict(self._before)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Meter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def spent_s(self) -> dict[str, float]:
        """By what they do: work on files, coordinate, or stand beside that, as Ray's own do."""
        spent: dict[str, float] = defaultdict(float)
        for pid, (kind, cpu_s) in self._seen.items():
            spent[kind] += cpu_s - self._before.get(pid, ("", 0.0))[1]
        return {**spent, "all": sum(spent.values())}

    def _read(self) -> None:
        while not self._ended.wait(_EVERY_S):
            self._seen.update(_cpu_s())


def _cpu_s() -> dict[int, tuple[str, float]]:
    """Of this process and those below it: what each is for, and what it has spent."""
    found = {pid: (fields, title) for pid, fields, title in _processes()}

    def kind(pid: int) -> str | None:
        if pid == os.getpid():
            return "coordinating"
        if pid not in found:
            return None
        fields, title = found[pid]
        if title.startswith("ray::Worker") or "spawn_main" in title:
            return "working" if kind(int(fields[1])) else None
        above = kind(int(fields[1]))
        return "beside" if above == "coordinating" else above

    spent = {pid: (int(fields[11]) + int(fields[12])) * _TICK_S for pid, (fields, _) in found.items()}
    return {pid: (of, spent[pid]) for pid in found if (of := kind(pid)) is not None}


def _processes() -> Iterator[tuple[int, list[str], str]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            # One that has ended has no title any more; what it spent has been read before.
            if title:
                yield int(folder.name), fields, title


@contextmanager
def machines(count: int) -> Iterator[str]:
    """A cluster of so many machines with one core each."""
    from ray.cluster_utils import Cluster

    bytes_ = 200 << 20
    head = {"num_cpus": 0, "include_dashboard": False, "ray_client_server_port": 10001}
    cluster = Cluster(
        initialize_head=True, head_node_args={**head, "node_ip_address": _HEAD, "object_store_memory": bytes_}
    )
    try:
        for number in range(count):
            cluster.add_node(num_cpus=1, node_ip_address=f"127.0.0.{number + 3}", object_store_memory=bytes_)
        yield f"ray://{_HEAD}:10001"
    finally:
        cluster.shutdown()  # type: ignore[no-untyped-call]


def turns_a_second(address: str) -> float:
    """Of one place, asked again and again by the coordinator."""
    import ray

    from indexer.execute.cluster.rays import cluster

    with cluster(IndexSettings(on=address)):
        actor: Any = ray.remote(num_cpus=1)(Idle).remote()
        ray.get(actor.turn.remote(None, 0.0))
        began_s = time.monotonic()
        for _ in range(_TURNS):
            ray.get(actor.turn.remote(None, 0.0))
        return _TURNS / (time.monotonic() - began_s)


class Idle:
    def turn(self, *_: object) -> list[None]:
        return []


def committing() -> dict[str, float]:
    """What one coordinator can take in: of videos of an hour, each with a clip every six seconds."""
    with tempfile.TemporaryDirectory() as place:
        library = Library(Path(place))
        with closing(open_catalog(library.catalog)) as catalog:
            claims = Claims(catalog, {NAME: "f" * 32}, {NAME: {}})
            began_s = time.monotonic()
            for number in range(_HOURS):
                claims.claim(f"{number:032x}", [NAME])
            claimed_s = time.monotonic() - began_s
            travelled_s, stored_s, size = 0.0, 0.0, 0
            for number in range(_HOURS):
                sent = pickle.dumps(_made(number))
                began_s = time.monotonic()
                account, vectors = pickle.loads(sent)
                travelled_s, size = travelled_s + time.monotonic() - began_s, len(sent)
                began_s = time.monotonic()
                vectors.save(library.shard(account.fingerprint, account.video.id), account)
                put(account, catalog)
                stored_s += time.monotonic() - began_s
                vectors.close()
    return {
        "bytes_an_hour": size,
        "claims_a_second": round(_HOURS / claimed_s),
        "unpacking_s_an_hour": round(travelled_s / _HOURS, 4),
        "storing_s_an_hour": round(stored_s / _HOURS, 4),
        "rows_a_second": round(_HOURS * _CLIPS_AN_HOUR / stored_s),
    }


def _made(number: int) -> tuple[Account, ShardWriter]:
    spec, print_, video_id = open_pair("vlc-lite").spec, "f" * 32, f"{number:032x}"
    video = Video(video_id, 3600.0, 1280, 720, 30.0, "h264", has_audio=True, taken_at=None)
    clips = [
        Clip(clip_id_of(video_id, print_, clip), video_id, print_, clip, clip, clip * 6.0, clip * 6.0 + 6.0)
        for clip in range(_CLIPS_AN_HOUR)
    ]
    vectors, dice = ShardWriter(), np.random.default_rng(number)
    values = dice.standard_normal((_CLIPS_AN_HOUR, spec.frames_per_clip, spec.dim), np.float32)
    values /= np.linalg.norm(values, axis=-1, keepdims=True)
    times_s = np.zeros((_CLIPS_AN_HOUR, spec.frames_per_clip))
    vectors.append(np.array([clip.id for clip in clips]), values[:, 0], times_s, values)
    return Account(video, print_, clips, None, datetime.now(UTC)), vectors


if __name__ == "__main__":
    main()
