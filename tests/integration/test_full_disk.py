"""The disk fills up at one write after the other: a clear error each time, and nothing is corrupt."""

import errno
import os
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from data.stores.catalog.engines import sqlite
from tests.bench import Bench, counts
from tests.instant_decoder import install, write


@pytest.fixture(autouse=True)
def _instant(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


def bench_in(folder: Path) -> Bench:
    folder.mkdir()
    bench = Bench(folder)
    write(bench.videos / "a.mp4", "red", "green")
    bench.run()
    for number in range(3):
        write(bench.videos / f"b{number}.mp4", *["blue"] * (number + 1))
    return bench


def refusal_of(bench: Bench) -> Exception | None:
    try:
        bench.run()
    except (OSError, OperationalError) as error:
        return error
    return None


def check_goes_on(bench: Bench, served: set[int]) -> None:
    """Nothing but litter is there, the old generation serves, and a run with room again completes the library."""
    assert {problem.kind for problem in bench.problems(is_deep=False)} <= {"leftover", "stray"}
    assert bench.served() >= served
    bench.run()
    assert len(bench.served()) == 2 + 1 + 2 + 3
    assert bench.problems() == []


def test_at_any_file_that_is_made_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync
    for full_at in count(1):
        bench = bench_in(tmp_path / str(full_at))
        served, calls = bench.served(), count(1)

        def full(descriptor: int, calls: Any = calls, full_at: int = full_at) -> None:
            if next(calls) == full_at:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            sync(descriptor)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            refusal = refusal_of(bench)
        if refusal is None:
            break
        assert isinstance(refusal, OSError)
        assert refusal.errno == errno.ENOSPC
        check_goes_on(bench, served)
    assert full_at > 10


def test_at_any_page_of_the_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure = sqlite.configure
    refused = 0
    for pages in count():
        bench = bench_in(tmp_path / str(pages))
        for number in range(20):  # rows enough to need new pages
            write(bench.videos / f"c{number:02}-{'x' * 200}.mp4", *["white"] * (number + 1))
        before = bench.library.catalog.stat().st_size // 4096

        def full(connection: Any, limit: int = before + 8 * pages) -> None:
            configure(connection)
            connection.execute(f"PRAGMA max_page_count = {limit}")

        with monkeypatch.context() as patch:
            patch.setattr(sqlite, "configure", full)
            refusal = refusal_of(bench)
        if refusal is None:
            break
        assert isinstance(refusal, OperationalError)
        assert "full" in str(refusal.orig)
        refused += 1
        assert {problem.kind for problem in bench.problems(is_deep=False)} <= {"leftover", "stray"}
        bench.run()
        assert counts(bench.run()) == {"unchanged": 24}
        assert bench.problems(is_deep=False) == []
    assert refused > 2


def test_of_temporary_files_while_vectors_are_collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_in(tmp_path / "bench")
    served = bench.served()

    def full(*_: object) -> bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("data.stores.shards.folder.tempfile.TemporaryFile", full)
        with pytest.raises(OSError, match="No space left"):
            bench.run()
    check_goes_on(bench, served)
