"""A web server over a folder, with listings as Python's, and with the faults that web servers have."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any


@dataclass
class Faults:
    """What is wrong with it: nothing, as it is made."""

    has_ranges: bool = True
    has_tags: bool = True
    # Answers that end after so many bytes, and how many answers do.
    cut_after: int = 1 << 60
    cuts: int = 1 << 60
    # By path: what is answered there instead of what lies there.
    statuses: dict[str, int] = field(default_factory=dict)
    busy_times: int = 0
    wait_s: float = 0.0
    is_other_range: bool = False


@dataclass
class Web:
    """`asked` is (method, path, range) of each request."""

    folder: Path
    address: str = ""
    faults: Faults = field(default_factory=Faults)
    asked: list[tuple[str, str, str]] = field(default_factory=list)


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, web: Web) -> None:
        self._web = web
        super().__init__(*args, directory=str(web.folder))

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self) -> None:
        web, path = self._web, Path(self.translate_path(self.path))
        web.asked.append((self.command, self.path, self.headers.get("Range", "")))
        if web.faults.busy_times:
            web.faults.busy_times -= 1
            self._empty(503)
        elif self.path in web.faults.statuses:
            self._empty(web.faults.statuses[self.path])
        elif path.is_dir():
            super().do_GET() if self.command == "GET" else super().do_HEAD()
        elif path.is_file():
            self._file(path)
        else:
            self._empty(404)

    def _empty(self, status: int) -> None:
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", "http://169.254.169.254/latest")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _file(self, path: Path) -> None:
        data, faults = path.read_bytes(), self._web.faults
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        status, part = 200, data
        if asked and faults.has_ranges:
            start, end = int(asked[1]) + faults.is_other_range, int(asked[2]) + 1
            status, part = 206, data[start:end]
        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{start + len(part) - 1}/{len(data)}")
        if faults.has_tags:
            state = path.stat()
            self.send_header("ETag", f'"{state.st_size:x}-{state.st_mtime_ns:x}"')
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Content-Type", "video/mp4")
        self.end_headers()
        if self.command == "GET":
            self._send(part)

    def _send(self, part: bytes) -> None:
        faults = self._web.faults
        time.sleep(faults.wait_s)
        if len(part) > faults.cut_after and faults.cuts:
            faults.cuts -= 1
            self.wfile.write(part[: faults.cut_after])
            self.close_connection = True
            return
        self.wfile.write(part)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Who asks may have gone."""


@contextmanager
def serving(folder: Path) -> Iterator[Web]:
    """What lies in the folder now and later."""
    web = Web(folder)
    with _Quiet(("127.0.0.1", 0), partial(_Handler, web=web)) as running:
        web.address = f"http://127.0.0.1:{running.server_port}"
        Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield web
        finally:
            running.shutdown()
