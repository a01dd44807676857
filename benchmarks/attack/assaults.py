"""Each thing that is done to a service, and what it must not lead to."""

import http.client
import json
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Thread

from benchmarks.attack import materials
from benchmarks.attack.target import Target

# Whoever waits longer has been left waiting.
PATIENCE_S = 15.0
_BODY_BYTES = 31_000_000
_TURNED_AWAY = (408, 413, 422, 429, 503)


@dataclass
class Answers:
    """What came back: statuses, `cut` (the connection ended) and `late`; seconds of each; a remark."""

    statuses: Counter[int | str] = field(default_factory=Counter)
    seconds: dict[int | str, float] = field(default_factory=dict)
    remark: str = ""
    is_bad: bool = False

    def note(self, status: int | str, seconds: float = 0.0) -> None:
        self.statuses[status] += 1
        self.seconds[status] = max(self.seconds.get(status, 0.0), seconds)


@dataclass(frozen=True)
class Assault:
    """`allowed` statuses, and how much memory it may take over that of the service at rest."""

    name: str
    run: Callable[[Target], Answers]
    allowed: tuple[int, ...]
    most_mb: int = 400
    settings: dict[str, str] = field(default_factory=dict)
    descriptors: int = 0


def assaults(video: bytes) -> list[Assault]:
    """In the order of the table; `video` is sent as a query."""
    webp, png, small = materials.wide_webp(), materials.large_png(7000), materials.large_png(2000)
    pictures = [{"query": {"image": webp}}] * 12
    one_query = {"query": {"and": [{"image": png}] * 16}}
    many = {"query": {"and": [{"or": [{"image": small}] * 16}] * 16}}
    film = {"query": {"video": materials.encoded(video)}}
    return [
        Assault("40 unfinished bodies of 31 MB, no key", unfinished_bodies, (401,), 200, {"api_key": "secret"}),
        Assault("12 WebPs of 16383×3050", partial(searches, pictures), (200, *_TURNED_AWAY), 800),
        Assault("16 PNGs of 7000×7000 in one query", partial(searches, [one_query]), (200, *_TURNED_AWAY), 800),
        Assault("256 pictures in one query", partial(searches, [many]), _TURNED_AWAY),
        Assault("45 slow copies", slow_copies, (200, 503), 1200),
        Assault("one part of a copy, 20 clients", one_part, (200, 503), 1200),
        Assault("44 queries by video", partial(searches, [film] * 44), (200, *_TURNED_AWAY), 800),
        Assault("256 searchers, 2 searches each", searchers, (200, 503)),
        Assault("300 idle connections, 256 descriptors", idle_connections, (), descriptors=256),
        Assault("a playlist as a query", playlists, (422,)),
        Assault("Host: evil.example", other_host, (400, 403, 421)),
        Assault("bad inputs", bad_inputs, (400, 404, 422)),
    ]


def unfinished_bodies(target: Target) -> Answers:
    answers = Answers()
    head = f"POST /v1/search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {_BODY_BYTES + 1}\r\n\r\n".encode()

    def one() -> None:
        with socket.create_connection(("127.0.0.1", target.port), timeout=5) as opened:
            with suppress(OSError):
                opened.sendall(head)
                for _ in range(_BODY_BYTES // 1_000_000):
                    opened.sendall(bytes(1_000_000))
            try:
                answers.note(int(opened.recv(100).split()[1]))
            except TimeoutError:
                answers.note("late")
            except (OSError, IndexError):
                answers.note("cut")

    _together([one] * 40)
    return answers


def searches(bodies: Sequence[object], target: Target) -> Answers:
    answers = Answers()
    sent = [json.dumps(body) for body in bodies]
    _together([partial(_post, target, body, answers) for body in sent])
    return answers


def slow_copies(target: Target) -> Answers:
    answers = Answers()
    places = [(video["proxy_url"], part) for video in _slow(target) for part in range(9, 0, -1)]
    _together([partial(_get, target, f"{url}?part={part}", answers) for url, part in places[:45]])
    return answers


def one_part(target: Target) -> Answers:
    *_, first, second = _slow(target)
    alone, answers = Answers(), Answers()
    _get(target, f"{first['proxy_url']}?part=0", alone)
    _get(target, f"{first['proxy_url']}?part=9", alone)
    began_s = time.monotonic()
    _together([partial(_get, target, f"{second['proxy_url']}?part=9", answers)] * 20)
    makings = (time.monotonic() - began_s) / max(alone.seconds.values())
    answers.remark = f"{makings:.1f} × one alone"
    answers.is_bad = makings > 3
    return answers


def searchers(target: Target) -> Answers:
    answers = Answers()

    def one(number: int) -> None:
        for again in range(2):
            _post(target, json.dumps({"query": f"a cat {number} {again}"}), answers)

    _together([partial(one, number) for number in range(256)])
    slowest_s = max(answers.seconds.values())
    answers.remark = f"slowest {slowest_s:.1f} s"
    answers.is_bad = slowest_s > 3
    return answers


def idle_connections(target: Target) -> Answers:
    answers = Answers()
    before = target.log.stat().st_size
    with ExitStack() as held:
        for _ in range(300):
            with suppress(OSError):
                held.enter_context(socket.create_connection(("127.0.0.1", target.port), timeout=2))
        time.sleep(15)
    written = target.log.stat().st_size - before
    answers.remark = f"{written / 1e6:.1f} MB of log in 15 s"
    answers.is_bad = written > 100_000
    return answers


def playlists(target: Target) -> Answers:
    answers = Answers()
    materials.film(target.log.parent / "there.mp4", seconds=3, size=(160, 128))
    told = set()
    for name in ("there.mp4", "gone.mp4"):
        told.add(_post(target, json.dumps({"query": {"video": materials.playlist(name)}}), answers).replace(name, ""))
    answers.remark = "tells which names exist" if len(told) > 1 else ""
    answers.is_bad = len(told) > 1
    return answers


def other_host(target: Target) -> Answers:
    answers = Answers()
    _send(target, "GET", "/v1/videos", None, answers, {"Host": "evil.example"})
    _post(target, json.dumps({"query": "a"}), answers, {"Host": f"evil.example:{target.port}"})
    _post(target, json.dumps({"query": "a"}), answers, {"Origin": "http://evil.example"})
    return answers


def bad_inputs(target: Target) -> Answers:
    answers = Answers()
    video_id = _videos(target)[0]["video_id"]
    for body in materials.bad_bodies(video_id):
        _post(target, body, answers)
    _get(target, f"/v1/videos/{video_id}/curve?q={'(' * 300}a%20AND%20b", answers)
    _get(target, f"/v1/videos/{video_id}/thumbnail?t=nan", answers)
    _get(target, "/v1/videos/%ED%A0%80/curve?q=a", answers)
    return answers


def _slow(target: Target) -> list[dict[str, str]]:
    return [video for video in _videos(target) if "slow" in video["path"]]


def _videos(target: Target) -> list[dict[str, str]]:
    listed: list[dict[str, str]] = json.loads(_get(target, "/v1/videos", Answers()))["videos"]
    return listed


def _get(target: Target, path: str, answers: Answers) -> str:
    return _send(target, "GET", path, None, answers)


def _post(target: Target, body: str, answers: Answers, headers: dict[str, str] | None = None) -> str:
    return _send(target, "POST", "/v1/search", body, answers, {"Content-Type": "application/json", **(headers or {})})


def _send(
    target: Target, method: str, path: str, body: str | None, answers: Answers, headers: dict[str, str] | None = None
) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=PATIENCE_S)
    began_s = time.monotonic()
    text = ""
    status: int | str = "cut"
    try:
        with suppress(ConnectionResetError, BrokenPipeError):
            connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        text, status = response.read().decode(errors="replace"), response.status
    except TimeoutError:
        status = "late"
    except (OSError, http.client.HTTPException):
        status = "cut"
    finally:
        connection.close()
    answers.note(status, time.monotonic() - began_s)
    return text


def _together(what: Sequence[Callable[[], object]]) -> None:
    threads = [Thread(target=one, daemon=True) for one in what]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(4 * PATIENCE_S)
