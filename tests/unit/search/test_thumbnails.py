import os
import time
from pathlib import Path

import pytest

from search.thumbnails import Decoders, ThumbnailError


def _odd(path: Path, time_s: float) -> bytes:
    """Stands for FFmpeg: hangs on one name, dies on another."""
    if path.name == "hangs":
        time.sleep(60)
    if path.name == "dies":
        os._exit(1)
    if path.name == "fails":
        raise ValueError("no good")
    return f"{path.name} {time_s}".encode()


def test_decoder_that_hangs_dies_or_fails_is_replaced() -> None:
    decoders = Decoders(1, 3.0, _odd)
    assert decoders.picture(Path("a"), 1.0) == b"a 1.0"
    for name, reason in [("hangs", "more than 3 s"), ("dies", "ended"), ("fails", "no good")]:
        with pytest.raises(ThumbnailError, match=reason):
            decoders.picture(Path(name), 0.0)
        assert decoders.picture(Path("b"), 0.0) == b"b 0.0"
    decoders.close()
