"""A cluster of Ray, of real processes on this machine, each on an address of its own."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
ON_RAY = [
    pytest.mark.slow,
    # Ray leaves the files of its processes' output to the collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed (pip install -e '.[ray]')"),
]
"""Marks of tests that use one."""
_STORE_BYTES = 100 << 20
# A machine that is gone is missed within seconds, not half a minute.
_IMPATIENT = {
    "health_check_initial_delay_ms": 0,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 1000,
    "health_check_failure_threshold": 3,
}


class Machines:
    """A head that computes nothing, and machines with a core each, on addresses of this one's loopback."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        with socket.socket() as free:
            free.bind(("127.0.0.2", 0))
            self.address = f"ray://127.0.0.2:{free.getsockname()[1]}"
        head = {"num_cpus": 0, "include_dashboard": False, "ray_client_server_port": int(self.address.split(":")[-1])}
        self._cluster: Any = Cluster(
            initialize_head=True, head_node_args={**head, **_at("127.0.0.2"), "_system_config": _IMPATIENT}
        )
        self._count = 2
        self._await_head()

    def add(self, **resources: int) -> Any:
        self._count += 1
        return self._cluster.add_node(**_at(f"127.0.0.{self._count}"), **{"num_cpus": 1, **resources})

    def _await_head(self) -> None:
        """Its door is opened by a process of its own, in its own time."""
        host, port = self.address.removeprefix("ray://").split(":")
        until_s = time.monotonic() + 60
        while True:
            try:
                socket.create_connection((host, int(port)), 1).close()
            except OSError:
                assert time.monotonic() < until_s
                time.sleep(0.1)
            else:
                return

    def kill(self, node: Any) -> None:
        self._cluster.remove_node(node, allow_graceful=False)

    def close(self) -> None:
        """Every process, at once; once is enough."""
        cluster, self._cluster = self._cluster, None
        if cluster is not None:
            cluster.shutdown()


def _at(address: str) -> dict[str, Any]:
    return {"node_ip_address": address, "object_store_memory": _STORE_BYTES}


@contextmanager
def cluster() -> Iterator[Machines]:
    """For a module's tests; the environment is set for whoever reaches it, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_ENABLE_AUTO_CONNECT", "0")
        # The head forks for each client, which gRPC does not always survive otherwise.
        patch.setenv("GRPC_ENABLE_FORK_SUPPORT", "0")
        started = Machines()
        try:
            yield started
        finally:
            started.close()
