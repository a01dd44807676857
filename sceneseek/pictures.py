"""What a moment looks like: decoded in a process of its own, which may use so much memory and time."""

import os
from collections.abc import Iterator
from pathlib import Path

from data.media.excerpt import cut
from data.media.pixels import Pixels, shrunk
from data.media.reading import frames_at
from data.sandbox.process import Beat, Bounds, Sandbox

_BOUNDS = Bounds(memory_bytes=4 << 30, silence_s=60.0)
_LONGEST = 960


def decoder() -> Sandbox:
    """What answers `picture` and `film`; its process starts with the first question."""
    return Sandbox(_work, _BOUNDS)


def picture(sandbox: Sandbox, path: Path, time_s: float) -> Pixels:
    """[H, W, 3] RGB: what is shown at `time_s`, no side above 960. Raises VideoError, SandboxError."""
    pixels: Pixels = sandbox.ask(path, time_s, time_s, None)
    return pixels


def film(sandbox: Sandbox, path: Path, start_s: float, end_s: float, to: Path) -> None:
    """Write [start_s, end_s) as an MP4. Raises VideoError, SandboxError, OSError."""
    # Whoever may not write there gets to know it here, and not as an oddity of the video.
    to.touch()
    sandbox.ask(path, start_s, end_s, to)
    with to.open("rb") as written:
        os.fsync(written.fileno())


def _work(beat: Beat, path: Path, start_s: float, end_s: float, to: Path | None) -> Iterator[Pixels | None]:
    if to is None:
        yield frames_at(path, [start_s], lambda frame: shrunk(frame, longest=_LONGEST)).pixels[0]
    else:
        cut(path, start_s, end_s, to, beat=beat)
        yield None
