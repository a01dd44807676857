"""What the page says when the service refuses a video or a thumb."""

import sys

import pytest
from streamlit.testing.v1 import AppTest


@pytest.fixture(autouse=True)
def main(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a script runs in takes the place of `__main__`, which processes that later tests start would import."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def _linked(status: int) -> None:
    from typing import cast

    from ui.client import Client, Refused
    from ui.playing import player

    class Refusing:
        def video(self, _: str) -> None:
            raise Refused(status, "library", "the catalogue is locked")

    player.known(cast(Client, Refusing()), "a" * 32)


def _thumb() -> None:
    from typing import cast

    from ui.client import Client, Refused
    from ui.searching import thumbs

    class Refusing:
        def judge(self, _: object) -> None:
            raise Refused(503, "library", "the *catalogue* is locked")

    moment = {"v": "a" * 32, "start": 0.0, "end": 1.0, "relevant": True}
    thumbs.judge(cast(Client, Refusing()), "red", [], moment)


def _html(app: AppTest) -> str:
    return "".join(str(element.proto) for element in app.get("html"))


def test_only_a_video_that_is_not_known_is_said_not_to_be_there() -> None:
    assert "in this library" in _html(AppTest.from_function(_linked, args=(404,)).run())
    said = _html(AppTest.from_function(_linked, args=(503,)).run())
    assert "the catalogue is locked" in said
    assert "in this library" not in said


def test_a_thumb_that_is_refused_is_said_to_be_so() -> None:
    (toast,) = AppTest.from_function(_thumb).run().toast
    assert toast.value == r"The thumb stays as it was: the \*catalogue\* is locked"
