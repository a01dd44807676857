import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.sandbox.pool import Full
from data.sandbox.process import Crashed, Failed, SandboxError, TooSlow
from search.service.pictures.thumbnails import Ask, Decoders


def _odd(path: Path, time_s: float) -> bytes:
    """Stands for FFmpeg: hangs on one name, dies on another."""
    if path.name == "hangs":
        time.sleep(60)
    if path.name == "dies":
        os._exit(1)
    if path.name == "fails":
        raise ValueError("no good")
    return f"{path.name} {time_s}".encode()


@pytest.fixture
def decoders() -> Iterator[Decoders]:
    decoders = Decoders(1, 3.0, _odd, waiting=1)
    yield decoders
    decoders.close()


def _picture(decoders: Decoders, name: str) -> bytes:
    return decoders.making((name, 0), lambda ask: ask(Path(name), 0.0)).result(60)


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [("hangs", TooSlow, "for 3 s"), ("dies", Crashed, "exit code 1"), ("fails", Failed, "no good")],
)
def test_decoder_that_hangs_dies_or_fails_is_replaced(
    decoders: Decoders, name: str, kind: type[SandboxError], reason: str
) -> None:
    assert _picture(decoders, "a") == b"a 0.0"
    with pytest.raises(kind, match=reason):
        _picture(decoders, name)
    assert _picture(decoders, "b") == b"b 0.0"


def test_what_many_ask_for_is_made_once(decoders: Decoders) -> None:
    free, made = threading.Event(), []

    def make(_: Ask) -> bytes:
        assert free.wait(60)
        made.append("a part")
        return b"the part"

    asked = [decoders.making(("video", 7), make) for _ in range(20)]
    decoders.making(("video", 8), lambda _: b"another that waits")
    with pytest.raises(Full):
        decoders.making(("video", 9), lambda _: b"one too many")
    free.set()
    assert {future.result(60) for future in asked} == {b"the part"}
    assert len(made) == 1
