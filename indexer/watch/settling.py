"""What has changed in one root, and whether it has come to rest."""

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

# More files than these need not be looked at one by one: that nothing is heard of for a while has to do.
_MOST_FILES = 1000
# A file that goes on growing must not keep the others out for longer.
_PATIENCE_S, _PATIENCE_TIMES = 60.0, 10

Stamp = tuple[int, int] | None


def stamp_of(path: str) -> Stamp:
    """Size and time of a file; None where none is."""
    with suppress(OSError, ValueError):
        status = os.stat(path)
        return status.st_size, status.st_mtime_ns
    return None


class Unsettled:
    """Notes what changes; at rest when nothing has, for `settle_s`, and every noted file is as it was for so long."""

    def __init__(
        self,
        settle_s: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        look: Callable[[str], Stamp] = stamp_of,
    ) -> None:
        self._settle_s, self._clock, self._look = settle_s, clock, look
        self._files: dict[str, tuple[Stamp, float]] = {}
        self._since_s: float | None = None
        self._last_s = 0.0

    def note(self, paths: Iterable[str] = (), *, after_s: float = 0.0) -> None:
        """Something has changed: these files, or what can't be named; it counts as heard so much later."""
        now = self._clock()
        self._since_s = now if self._since_s is None else self._since_s
        self._last_s = max(self._last_s, now + after_s)
        for path in paths:
            if path in self._files or len(self._files) < _MOST_FILES:
                self._files[path] = (self._look(path), now)

    def is_at_rest(self) -> bool:
        """Whether there is something to be indexed and it may be now; what still grows stays noted."""
        if self._since_s is None:
            return False
        now = self._clock()
        growing = self._growing(now)
        is_patient = now - self._since_s < max(_PATIENCE_S, _PATIENCE_TIMES * self._settle_s)
        if now - self._last_s < self._settle_s or (growing and is_patient):
            return False
        self._files = growing
        self._since_s = now if growing else None
        return True

    def _growing(self, now: float) -> dict[str, tuple[Stamp, float]]:
        """Files that have not been still for long enough."""
        seen = {path: (self._look(path), before) for path, before in self._files.items()}
        self._files = {
            path: (stamp, before[1] if before[0] == stamp else now) for path, (stamp, before) in seen.items()
        }
        return {path: kept for path, kept in self._files.items() if now - kept[1] < self._settle_s}
