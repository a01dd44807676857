"""A source in one file and its registration: names in a text file, which stand for videos that lie elsewhere."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from data.sources import registry
from data.sources.fence import Fence
from data.sources.files import Files
from data.sources.source import Entry, Known, Opened, Peek, Stamp, Walk
from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests.bench import Bench, counts
from tests.small_library import colour_pair, write_video


class Drawer:
    """`drawer:/LIST` holds the names before each tab of the file at LIST, and after it says where the bytes are."""

    def __init__(self) -> None:
        self._files = Files()

    def is_there(self, path: bytes) -> bool:
        return self._list(path).is_file()

    def peek(self, root: bytes, _fence: Fence) -> Peek:
        return Peek(bool(self._names(root)))

    def walk(self, root: bytes, _within: bytes, _fence: Fence, known: Known) -> Walk | None:
        names = self._names(root)
        found = [
            Entry("drawer", root, path, self.look(root, path), self.address(root, path), known.locations.get(path))
            for path in sorted(names)
        ]
        missed = [place for path, place in known.locations.items() if path not in names and place.state != "gone"]
        return Walk(root, found, missed)

    def look(self, root: bytes, path: bytes) -> Stamp:
        stamp = self._files.look(b"/", self._place(root, path))
        # Its own tag tells the states apart, as a server's does.
        return Stamp(stamp.size_bytes, 0, str(stamp.mtime_ns))

    def open(self, root: bytes, path: bytes) -> Opened:
        opened = self._files.open(b"/", self._place(root, path))
        return Opened(opened.file, self.look(root, path), opened.mark)

    def mark(self, root: bytes, path: bytes) -> tuple[object, ...]:
        return self._files.mark(b"/", self._place(root, path))

    def address(self, root: bytes, path: bytes) -> Path:
        return Path(os.fsdecode(self._place(root, path)))

    def _list(self, root: bytes) -> Path:
        return Path(os.fsdecode(root.removeprefix(b"drawer:")))

    def _names(self, root: bytes) -> dict[bytes, bytes]:
        lines = self._list(root).read_bytes().splitlines()
        return dict(line.split(b"\t", 1) for line in lines)

    def _place(self, root: bytes, path: bytes) -> bytes:
        names = self._names(root)
        if path not in names:
            raise FileNotFoundError(2, "is not in the drawer", os.fsdecode(path))
        return names[path]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setitem(registry.SOURCES, "drawer", Drawer())
    return Bench(tmp_path)


@pytest.fixture
def drawer(bench: Bench) -> Path:
    """Its list, of two videos."""
    names = bench.videos.parent / "list"
    red = write_video(bench.videos / "red.mkv", [("red", 3)])
    blue = write_video(bench.videos / "blue.mkv", [("blue", 3)])
    names.write_text(f"a.mp4\t{red}\nb.mp4\t{blue}\n")
    return names


@pytest.fixture
def client(bench: Bench, drawer: Path) -> Iterator[TestClient]:
    assert counts(bench.run(Path(f"drawer:{drawer}"))) == {"indexed": 2}
    settings = ServiceSettings(library=bench.library.folder)
    with TestClient(create_app(settings, open_pair=lambda *_: colour_pair()), base_url="http://localhost") as client:
        yield client


def _found(client: TestClient, query: str) -> dict[str, str]:
    moments = client.post("/v1/search", json={"query": query}).json()["moments"]
    best: dict[str, str] = moments[0]
    return best


def test_what_lies_there_is_found_streamed_and_shown(client: TestClient, bench: Bench, drawer: Path) -> None:
    best = _found(client, "red")
    assert best["video"] == f"drawer:{drawer}/a.mp4"
    assert client.get(best["stream_url"]).content == (bench.videos / "red.mkv").read_bytes()
    assert client.get(best["thumbnail_url"]).headers["content-type"] == "image/webp"
    assert {place.source for place in bench.ledger().values()} == {"drawer"}


def test_what_changes_there_is_gone_until_it_is_indexed_again(client: TestClient, bench: Bench, drawer: Path) -> None:
    best = _found(client, "red")
    write_video(bench.videos / "red.mkv", [("green", 4)])
    assert client.get(best["stream_url"]).status_code == 410
    assert counts(bench.run(Path(f"drawer:{drawer}"))) == {"indexed": 1, "unchanged": 1}
    assert counts(bench.run(known=True)) == {"unchanged": 2}


def test_what_can_not_be_read_is_told_by_its_name_there(bench: Bench, drawer: Path) -> None:
    (bench.videos / "red.mkv").write_bytes(b"no film")
    report = bench.run(Path(f"drawer:{drawer}"))
    assert [error.path for error in report.failures] == [Path(f"drawer:{drawer}/a.mp4")]
    assert [trouble[0] for trouble in bench.listener.troubles] == ["a.mp4"]


def test_what_leaves_the_drawer_is_gone_and_streams_no_more(client: TestClient, bench: Bench, drawer: Path) -> None:
    best = _found(client, "red")
    drawer.write_text(drawer.read_text().splitlines(keepends=True)[1])
    assert client.get(best["stream_url"]).status_code == 410
    assert counts(bench.run(known=True)) == {"unchanged": 1, "gone": 1}
    assert bench.ledger()["a.mp4"].state == "gone"


def test_of_a_drawer_that_is_out_of_reach_nothing_is_concluded(client: TestClient, bench: Bench, drawer: Path) -> None:
    drawer.rename(drawer.with_name("elsewhere"))
    report = bench.run(known=True)
    assert (counts(report), report.missing) == ({}, [Path(f"drawer:{drawer}")])
    assert {place.state for place in bench.ledger().values()} == {"indexed"}


def test_a_catalogue_that_names_an_unknown_source_loses_nothing(
    client: TestClient, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = _found(client, "red")
    monkeypatch.delitem(registry.SOURCES, "drawer")
    assert client.get(best["stream_url"]).status_code == 503
    assert {place.state for place in bench.ledger().values()} == {"indexed"}
