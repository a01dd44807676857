"""Videos that a web server lists on its pages, with the faults that such servers have."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from data.exits import ENVIRONMENT
from data.remote import ranged
from data.remote.errors import RemoteError, UnusableAddress
from indexer.execute.decode import Identity
from indexer.plan.look import UnknownPath
from indexer.upkeep.reroot import reroot
from sceneseek.commands.exits import exit_code
from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests.bench import Bench, counts
from tests.instant_decoder import InstantDecoder, install, write
from tests.small_library import colour_pair, write_video
from tests.web import Web, serving


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(ranged, "_PAUSE_S", 0.01)
    bench = Bench(tmp_path)
    install(monkeypatch)
    write(bench.videos / "red one.mp4", "red")
    write(bench.videos / "more/blue.mkv", "blue")
    (bench.videos / "more/notes.txt").write_text("no film")
    (bench.videos / ".hidden").mkdir()
    return bench


@pytest.fixture
def web(bench: Bench) -> Iterator[Web]:
    with serving(bench.videos) as found:
        yield found


def _root(web: Web) -> Path:
    return Path(web.address)


def test_they_are_found_streamed_and_shown(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    write_video(bench.videos / "red one.mp4", [("red", 3)])
    with serving(bench.videos) as web:
        _is_found_streamed_and_shown(bench, web)


def _is_found_streamed_and_shown(bench: Bench, web: Web) -> None:
    assert counts(bench.run(_root(web))) == {"indexed": 1}
    settings = ServiceSettings(library=bench.library.folder)
    with TestClient(create_app(settings, open_pair=lambda *_: colour_pair()), base_url="http://localhost") as client:
        best = client.post("/v1/search", json={"query": "red"}).json()["moments"][0]
        assert best["video"] == f"{web.address}/red%20one.mp4"
        part = client.get(best["stream_url"], headers={"Range": "bytes=100-299"})
        assert (part.status_code, part.content) == (206, (bench.videos / "red one.mp4").read_bytes()[100:300])
        assert client.get(best["thumbnail_url"]).headers["content-type"] == "image/webp"
        write_video(bench.videos / "red one.mp4", [("green", 4)])
        assert client.get(best["stream_url"]).status_code == 410
        web.faults.statuses["/red%20one.mp4"] = 500
        assert client.get(best["stream_url"]).status_code == 503


def test_a_server_without_ranges_will_do(bench: Bench, web: Web) -> None:
    web.faults.has_ranges = False
    assert counts(bench.run(_root(web))) == {"indexed": 2}
    assert counts(bench.run(known=True)) == {"unchanged": 2}


def test_a_single_file_can_be_named(bench: Bench, web: Web) -> None:
    assert counts(bench.run(_root(web) / "red%20one.mp4")) == {"indexed": 1}
    assert list(bench.ledger()) == [""]
    with pytest.raises(UnknownPath):
        bench.run(_root(web) / "none.mp4")


def test_what_is_cut_off_in_the_middle_fails_and_is_tried_again(bench: Bench, web: Web) -> None:
    web.faults.cut_after = 2
    report = bench.run(_root(web))
    assert counts(report) == {"failed": 2}
    assert {(error.stage, error.reason) for error in report.failures} == {("read", "the server cut it off")}
    web.faults.cut_after = 1 << 60
    assert counts(bench.run(known=True)) == {"indexed": 2}


def test_what_changes_between_two_requests_is_left_for_the_next_run(
    bench: Bench, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    identify = InstantDecoder.identify

    def changing(process: InstantDecoder, path: Path) -> Identity:
        found = identify(process, path)
        if path.name == "red%20one.mp4":
            write(bench.videos / "red one.mp4", "green", "green")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(InstantDecoder, "identify", changing)
        assert counts(bench.run(_root(web))) == {"indexed": 1, "skipped": 1}
    assert bench.ledger()["red%20one.mp4"].reason == "it changed while it was read"
    assert counts(bench.run(known=True)) == {"indexed": 1, "unchanged": 1}


def test_of_a_server_that_is_away_or_a_folder_that_it_keeps_back_nothing_is_lost(bench: Bench, web: Web) -> None:
    bench.run(_root(web))
    web.faults.statuses["/more/"] = 403
    report = bench.run(known=True)
    assert (counts(report), report.unreadable) == ({"unchanged": 1}, [_root(web) / "more"])
    for status in (401, 404, 500):
        web.faults.statuses["/"] = status
        report = bench.run(known=True)
        assert (counts(report), report.missing) == ({}, [_root(web)]), status
    assert {place.state for place in bench.ledger().values()} == {"indexed"}


def test_a_page_that_lists_nothing_more_takes_nothing_with_it(bench: Bench, web: Web) -> None:
    bench.run(_root(web))
    (bench.videos / "index.html").write_text("<a href='about.html'>Back soon</a>")
    assert counts(bench.run(known=True)) == {"unchanged": 2}
    web.faults.statuses = {"/red%20one.mp4": 302, "/more/blue.mkv": 503}
    report = bench.run(known=True)
    assert (counts(report), len(report.unreadable)) == ({}, 2)
    assert {place.state for place in bench.ledger().values()} == {"indexed"}


def test_a_file_that_a_server_lists_and_does_not_give_keeps_no_other_out(bench: Bench, web: Web) -> None:
    web.faults.statuses["/red%20one.mp4"] = 403
    report = bench.run(_root(web))
    assert (counts(report), report.unreadable) == ({"indexed": 1}, [_root(web) / "red%20one.mp4"])


def test_a_folder_does_not_become_an_address(bench: Bench, web: Web) -> None:
    bench.run()
    with pytest.raises(UnusableAddress, match="index the new one"):
        reroot(bench.library, bench.videos, _root(web))
    assert counts(bench.run(_root(web))) == {"duplicates": 2}


def test_a_server_that_can_not_be_asked_is_one_line(bench: Bench, web: Web) -> None:
    web.faults.statuses["/"] = 401
    with pytest.raises(RemoteError) as raised:
        bench.run(_root(web))
    assert exit_code(raised.value) == ENVIRONMENT
    assert str(raised.value) == f"{web.address}: the server gives no permission (401)"


def test_what_leaves_the_page_is_gone(bench: Bench, web: Web) -> None:
    bench.run(_root(web))
    (bench.videos / "red one.mp4").unlink()
    assert counts(bench.run(known=True)) == {"unchanged": 1, "gone": 1}
