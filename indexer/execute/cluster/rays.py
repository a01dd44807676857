"""A cluster of Ray: an actor for each of its cores, which decodes and embeds one file at a time."""

import logging
import os
import socket
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

# Before it is imported: it tells nobody of its use.
os.environ.update(RAY_USAGE_STATS_ENABLED="0")
import ray
from ray.exceptions import OutOfMemoryError, RayActorError, RayError, RayTaskError

from indexer.execute.cluster.fleet import At, ClusterUnavailable, Lost
from indexer.execute.cluster.place import Given, Place, Said
from indexer.execute.cluster.spread import Spread
from indexer.execute.cluster.travel import packed, program, unpacked
from indexer.execute.work import Execute
from indexer.modalities.modality import Modality
from indexer.settings import IndexSettings

# A turn of each place so often is what its machine's coordinator has to carry.
TURN_S = 5.0
START_S = 120.0
_REACH_S = 10.0
_LOOK_EVERY_S = 5.0
_MOST_REFUSALS = 3
_LOCAL_STORE_BYTES = 256 << 20


class OtherProgram(Exception):
    """A machine of the cluster runs another version of this program."""


class Worker:
    """The actor that a place is."""

    def __init__(self, made_by: str, parcel: bytes) -> None:
        if made_by != program():
            raise OtherProgram(f"{_node()} runs another version of this program")
        self._place = Place(*unpacked(parcel))

    def hello(self) -> str:
        return _node()

    def turn(self, given: Given, wait_s: float) -> list[Said]:
        return self._place.turn(given, wait_s)


class Cluster:
    """What a run executes on."""

    def __init__(self, settings: IndexSettings) -> None:
        self._settings = settings

    def execute(self, modalities: Sequence[Modality]) -> Execute:
        parcel = ray.put(packed(modalities, self._settings))
        return Spread(lambda most: RayFleet(parcel, most), TURN_S + self._settings.stall_s)


class RayFleet:
    """As many actors as the cluster has cores, or files are to be read."""

    def __init__(self, parcel: Any, most: int) -> None:
        self._parcel, self._most, self._program = parcel, most, program()
        self._starting: dict[Any, Any] = {}
        self._actors: dict[At, Any] = {}
        self._turning: dict[Any, At] = {}
        self._cores, self._looked_s, self._alone_since_s = 0, -_LOOK_EVERY_S, time.monotonic()
        self._refusals: list[str] = []

    def joined(self) -> Sequence[At]:
        self._start()
        ready = ray.wait(list(self._starting), num_returns=len(self._starting), timeout=0)[0] if self._starting else []
        found = [at for at in map(self._arrived, ready) if at is not None]
        if self._actors:
            self._alone_since_s = time.monotonic()
        elif time.monotonic() - self._alone_since_s > START_S:
            raise ClusterUnavailable(f"no core of the cluster became free within {START_S:g} s")
        return found

    def turn(self, at: At, given: Given) -> None:
        self._turning[self._actors[at].turn.remote(given, TURN_S)] = at

    def answers(self, wait_s: float) -> Sequence[tuple[At, Sequence[Said] | Lost]]:
        if not self._turning:
            time.sleep(wait_s)
            return []
        ray.wait(list(self._turning), num_returns=1, timeout=wait_s)
        done, _ = ray.wait(list(self._turning), num_returns=len(self._turning), timeout=0)
        return [(self._turning.pop(each), _outcome(each)) for each in done]

    def drop(self, at: At) -> None:
        _kill(self._actors.pop(at))

    def close(self) -> None:
        for actor in [*self._actors.values(), *self._starting.values()]:
            _kill(actor)

    def _start(self) -> None:
        if time.monotonic() - self._looked_s > _LOOK_EVERY_S:
            self._looked_s = time.monotonic()
            self._cores = _cores()
        while len(self._starting) + len(self._actors) < min(self._cores, self._most):
            actor: Any = ray.remote(num_cpus=1, max_restarts=0)(Worker).remote(self._program, self._parcel)
            self._starting[actor.hello.remote()] = actor

    def _arrived(self, ready: Any) -> At | None:
        actor = self._starting.pop(ready)
        try:
            at = At(actor, ray.get(ready))
        except RayError as error:
            self._refuse(error)
            return None
        self._refusals.clear()
        self._actors[at] = actor
        return at

    def _refuse(self, error: RayError) -> None:
        """One that can't start may be a machine's own trouble; so many in a row, and none that can, are ours."""
        self._refusals.append(_reason(error))
        if len(self._refusals) >= _MOST_REFUSALS * max(1, self._cores) and not self._actors:
            raise ClusterUnavailable(f"no process of the cluster could start: {self._refusals[-1]}")


@contextmanager
def cluster(settings: IndexSettings) -> Iterator[Cluster]:
    """Connected while a `with` lasts. Raises ClusterUnavailable, also when the connection is lost."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _connect(settings)
        try:
            yield Cluster(settings)
        except ConnectionError as error:
            raise ClusterUnavailable(f"the cluster at {settings.on} does not answer any more: {error}") from error
        finally:
            ray.shutdown()


def _connect(settings: IndexSettings) -> None:
    try:
        if settings.on == "local":
            ray.init(
                "local",
                num_cpus=settings.workers,
                object_store_memory=_LOCAL_STORE_BYTES,
                include_dashboard=False,
                logging_level=logging.CRITICAL,
                log_to_driver=False,
                _node_ip_address="127.0.0.1",
            )
        else:
            _reach(settings.on)
            ray.init(settings.on, logging_level=logging.CRITICAL, log_to_driver=False)
    except (OSError, RuntimeError, ValueError, RayError) as error:
        said = str(error).strip().splitlines()
        raise ClusterUnavailable(
            f"no cluster at {settings.on}: {said[-1] if said else type(error).__name__}"
        ) from error


def _reach(address: str) -> None:
    """Whether anybody listens there is known at once; the client would ask for half a minute. Raises OSError."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), _REACH_S):
        pass


def _outcome(done: Any) -> Sequence[Said] | Lost:
    try:
        said: list[Said] = ray.get(done)
    except OutOfMemoryError as error:
        return Lost(_reason(error), for_memory=True)
    except RayError as error:
        return Lost(_reason(error))
    return said


def _reason(error: RayError) -> str:
    """In a few words: what Ray says goes over many lines."""
    if isinstance(error, RayTaskError):
        return f"{type(error.cause).__name__}: {error.cause}"
    if isinstance(error, RayActorError):
        return "the process that worked on it ended, or its machine did"
    return " ".join(str(error).split())[:200]


def _kill(actor: Any) -> None:
    # Whatever it had is on the way to be forgotten; what is dead already needs no killing.
    with suppress(RayError, OSError, ValueError):
        ray.kill(actor)


def _cores() -> int:
    return int(ray.cluster_resources().get("CPU", 0))  # type: ignore[no-untyped-call]


def _node() -> str:
    address: str = ray.util.get_node_ip_address()  # type: ignore[no-untyped-call]
    return address
