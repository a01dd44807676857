"""A cluster of Ray: an actor for each of its cores, which decodes and embeds one file at a time."""

import logging
import os
import socket
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

# Before it is imported: it tells nobody of its use, and begins no cluster in the place of one that was lost.
os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_ENABLE_AUTO_CONNECT="0")
import ray
from ray.exceptions import ActorDiedError, OutOfMemoryError, RayActorError, RayError, RaySystemError, RayTaskError

from indexer.execute.cluster.far import Embedders, Far
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
_REST_S = 30.0
_MOST_ENTRIES = 3
_FEWEST_REFUSALS = 3
_LOCAL_STORE_BYTES = 256 << 20
# What there is to say of a connection is said once, by us.
_SILENT = logging.CRITICAL + 1


class Unfit(Exception):
    """A machine of the cluster can't work on this library; the message says why."""


class Worker:
    """The actor that a place is; `embedders` make what is made on a GPU, where there are any."""

    def __init__(self, made_by: str, parcel: bytes, embedders: Any) -> None:
        if made_by != program():
            raise Unfit(f"{_node()} runs another version of this program")
        modalities, settings = unpacked(parcel)
        far = [Far(each, embedders) if embedders is not None and each.on_device else each for each in modalities]
        self._place = Place(far, settings)

    def hello(self) -> str:
        if (broken := self._place.ready()) is not None:
            raise Unfit(f"{_node()}: {broken.reason}")
        return _node()

    def turn(self, given: Given, wait_s: float) -> list[Said]:
        return self._place.turn(given, wait_s)


class Cluster:
    """What a run executes on."""

    def __init__(self, settings: IndexSettings) -> None:
        self._settings = settings

    def execute(self, modalities: Sequence[Modality]) -> Execute:
        with _answering():
            parcel = ray.put(packed(modalities, self._settings))
        wants_gpus = self._settings.device != "cpu" and any(each.on_device for each in modalities)
        return Spread(lambda most: RayFleet(parcel, most, wants_gpus=wants_gpus), TURN_S + self._settings.stall_s)


class RayFleet:
    """As many actors as the cluster has cores, or files are to be read."""

    def __init__(self, parcel: Any, most: int, *, wants_gpus: bool) -> None:
        self._parcel, self._most, self._program = parcel, most, program()
        # Ray starts one that ended anew: whoever waited for it gives its file back.
        gpu = ray.remote(num_cpus=0, num_gpus=1, max_restarts=-1)(Embedders)
        gpus = _count("GPU") if wants_gpus else 0
        self._embedders: list[Any] = [gpu.remote(parcel) for _ in range(min(gpus, most))]
        self._starting: dict[Any, Any] = {}
        self._actors: dict[At, Any] = {}
        self._turning: dict[Any, At] = {}
        self._cores, self._looked_s, self._alone_since_s = 0, -_LOOK_EVERY_S, time.monotonic()
        self._refusals: list[str] = []
        self._started, self._rests_until_s = 0, 0.0

    def joined(self) -> Sequence[At]:
        with _answering():
            return self._joined()

    def _joined(self) -> Sequence[At]:
        self._start()
        ready = ray.wait(list(self._starting), num_returns=len(self._starting), timeout=0)[0] if self._starting else []
        found = [at for at in map(self._arrived, ready) if at is not None]
        if self._actors:
            self._alone_since_s = time.monotonic()
        elif time.monotonic() - self._alone_since_s > START_S:
            raise ClusterUnavailable(f"no core of the cluster became free within {START_S:g} s")
        return found

    def turn(self, at: At, given: Given) -> None:
        with _answering():
            self._turning[self._actors[at].turn.remote(given, TURN_S)] = at

    def answers(self, wait_s: float) -> Sequence[tuple[At, Sequence[Said] | Lost]]:
        if not self._turning:
            time.sleep(wait_s)
            return []
        with _answering():
            ray.wait(list(self._turning), num_returns=1, timeout=wait_s)
            done, _ = ray.wait(list(self._turning), num_returns=len(self._turning), timeout=0)
            return [(self._turning.pop(each), _outcome(each)) for each in done]

    def drop(self, at: At) -> None:
        _kill(self._actors.pop(at))

    def close(self) -> None:
        for actor in (
            [*self._actors.values(), *self._starting.values(), *self._embedders] if ray.is_initialized() else ()
        ):
            _kill(actor)

    def _start(self) -> None:
        if time.monotonic() - self._looked_s > _LOOK_EVERY_S:
            self._looked_s = time.monotonic()
            self._cores = _count("CPU")
        if self._actors and time.monotonic() < self._rests_until_s:
            return
        while len(self._starting) + len(self._actors) < min(self._cores, self._most):
            self._started += 1
            embedders = self._embedders[self._started % len(self._embedders)] if self._embedders else None
            actor: Any = ray.remote(num_cpus=1, max_restarts=0)(Worker).remote(self._program, self._parcel, embedders)
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
        """One that can't start may be a machine's own trouble; as many as there are cores are ours."""
        self._refusals.append(_reason(error))
        # While others work, there is no hurry to try such a machine again.
        self._rests_until_s = time.monotonic() + _REST_S
        if len(self._refusals) >= max(_FEWEST_REFUSALS, self._cores) and not self._actors:
            raise ClusterUnavailable(f"no process of the cluster could start: {self._refusals[-1]}")


@contextmanager
def cluster(settings: IndexSettings) -> Iterator[Cluster]:
    """Connected while a `with` lasts. Raises ClusterUnavailable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _connect(settings)
        try:
            yield Cluster(settings)
        finally:
            ray.shutdown()


def _connect(settings: IndexSettings) -> None:
    for name in ("ray", "ray.util.client"):
        logging.getLogger(name).setLevel(_SILENT)
    try:
        if settings.on == "local":
            ray.init(
                "local",
                num_cpus=settings.workers,
                object_store_memory=_LOCAL_STORE_BYTES,
                include_dashboard=False,
                logging_level=_SILENT,
                log_to_driver=False,
                _node_ip_address="127.0.0.1",
            )
        else:
            _reach(settings.on)
            _enter(settings.on)
    except (OSError, RuntimeError, ValueError, RayError) as error:
        said = str(error).strip().splitlines()
        raise ClusterUnavailable(
            f"no cluster at {settings.on}: {said[-1] if said else type(error).__name__}"
        ) from error


def _enter(address: str) -> None:
    """A head forks to let somebody in, which goes wrong now and then where gRPC has threads: then it is asked again."""
    for tries_left in reversed(range(_MOST_ENTRIES)):
        try:
            ray.init(address, logging_level=_SILENT, log_to_driver=False)
        except ConnectionAbortedError:
            if not tries_left:
                raise
        else:
            return


def _reach(address: str) -> None:
    """Whether anybody listens there is known at once; the client would ask for half a minute. Raises OSError."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), _REACH_S):
        pass


@contextmanager
def _answering() -> Iterator[None]:
    """Raises ClusterUnavailable where nobody answers any more; Ray has asked for half a minute by then."""
    try:
        if not ray.is_initialized():
            raise ConnectionError
        yield
    # What it raises depends on which of its threads saw it first.
    except (ConnectionError, ValueError, RaySystemError) as error:
        raise ClusterUnavailable("the cluster does not answer any more; what was finished is kept") from error


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
        return str(error.cause) if isinstance(error.cause, Unfit) else f"{type(error.cause).__name__}: {error.cause}"
    if isinstance(error, ActorDiedError) and isinstance(error.__cause__, RayTaskError):
        return _reason(error.__cause__)
    if isinstance(error, RayActorError):
        return "the process that worked on it ended, or its machine did"
    return " ".join(str(error).split())[:200]


def _kill(actor: Any) -> None:
    # What is dead already needs no killing, and where nobody answers any more Ray raises whatever it likes.
    with suppress(Exception):
        ray.kill(actor)


def _count(resource: str) -> int:
    return int(ray.cluster_resources().get(resource, 0))  # type: ignore[no-untyped-call]


def _node() -> str:
    address: str = ray.util.get_node_ip_address()  # type: ignore[no-untyped-call]
    return address
