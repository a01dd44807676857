"""Two services, each a program of its own, over one library whose catalogue is in PostgreSQL."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import postgres
from tests.e2e.programs import answers, free_port, running, sceneseek, until
from tests.media import scenes


@pytest.fixture
def services(tmp_path: Path, postgresql: postgres.Server) -> Iterator[list[httpx.Client]]:
    settings = {"library": tmp_path / "library", "catalog": postgresql.fresh(), "api_key": "secret"}
    _index(tmp_path, "first.mp4", settings)
    known = {f"SCENESEEK_{name.upper()}": str(value) for name, value in settings.items()}
    ports = [free_port() for _ in range(2)]
    with running("serve", "--port", str(ports[0]), **known), running("serve", "--port", str(ports[1]), **known):
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        until(lambda: all(answers(f"{url}/readyz") for url in urls))
        clients = [httpx.Client(base_url=url, timeout=60, headers={"Authorization": "Bearer secret"}) for url in urls]
        yield clients
        for client in clients:
            client.close()


def test_both_follow_what_is_published_and_see_what_the_other_keeps(
    services: list[httpx.Client], tmp_path: Path, postgresql: postgres.Server
) -> None:
    one, other = services
    found = _found(one)
    assert [moment["video"] for moment in found] == [moment["video"] for moment in _found(other)]
    assert other.get(found[0]["stream_url"], headers={"Range": "bytes=0-9"}).status_code == 206
    made = one.post("/v1/collections", json={"name": "for Monday"}).json()
    assert other.get(f"/v1/collections/{made['id']}").json()["name"] == "for Monday"
    with httpx.Client(base_url=other.base_url) as stranger:
        assert stranger.get("/v1/status").status_code == 401
    scenes(tmp_path / "videos" / "second.mp4", duration_s=2.0, fps=5.0)
    began = one.post("/v1/index", json={"add": [], "retry_failed": False})
    assert began.status_code in (200, 202)
    until(lambda: one.get("/v1/index").json()["state"] != "running")
    assert one.get("/v1/index").json()["state"] == "done"
    postgresql.end_connections()
    for client in services:
        assert client.get("/v1/status").json()["videos"] == 2
        until(partial(_has_both, client))


def _index(folder: Path, name: str, settings: dict[str, Any]) -> None:
    (folder / "videos").mkdir(exist_ok=True)
    scenes(folder / "videos" / name, duration_s=2.0)
    done = sceneseek("index", folder / "videos", "--without", "screen_text", **settings)
    assert done.returncode == 0, done.stderr


def _has_both(client: httpx.Client) -> bool:
    return len({moment["video"] for moment in _found(client)}) == 2


def _found(client: httpx.Client) -> list[dict[str, Any]]:
    moments: list[dict[str, Any]] = client.post("/v1/search", json={"query": "a picture", "fold": False}).json()[
        "moments"
    ]
    return moments
