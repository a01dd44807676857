"""What the page starts beside itself; the programs themselves are started in tests/e2e."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui import launch


class Page:
    """Ends at once."""

    def wait(self) -> int:
        return 0


@pytest.mark.parametrize(("library", "served"), [(None, ()), (Path("/my/library"), ("--library", "/my/library"))])
def test_the_service_that_the_page_starts_serves_the_library_that_was_named(
    library: Path | None, served: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, ...]] = []

    @contextlib.contextmanager
    def child(*words: str) -> Iterator[Page]:
        started.append(words)
        yield Page()

    monkeypatch.setattr(launch, "_child", child)
    monkeypatch.setattr(launch, "_answers", lambda _: False)
    monkeypatch.setattr("ui.launch.signal.signal", lambda *_: None)
    launch.launch(host="127.0.0.1", port=0, service_url="http://127.0.0.1:1", password=None, library=library)
    assert started[0] == ("-m", "sceneseek", "serve", "--host", "127.0.0.1", "--port", "1", *served)
