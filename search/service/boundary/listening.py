"""The socket that the service answers on."""

import errno
import os
import socket
import time
from contextlib import suppress
from typing import Any

_QUEUED = 1024
_NONE_LEFT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Listener(socket.socket):
    """Turns away whoever comes when no descriptor is left.

    asyncio would log each failure to accept, two thousand at a time, and leave the caller waiting.
    """

    _spare: int | None = None

    def listen(self, _backlog: int = 0, /) -> None:
        """Let many wait, however few are accepted at a time."""
        super().listen(_QUEUED)
        self._keep_spare()

    def accept(self) -> tuple[socket.socket, Any]:
        """Raises BlockingIOError when there is no one, or no room."""
        try:
            return super().accept()
        except OSError as error:
            if error.errno not in _NONE_LEFT:
                raise
            self._turn_away()
            raise BlockingIOError(error.errno, error.strerror) from None

    def close(self) -> None:
        super().close()
        self._free_spare()

    def _turn_away(self) -> None:
        """With the descriptor that is kept for this."""
        if self._spare is None:
            # Somebody else took it; asked again at once, the loop would do nothing else.
            time.sleep(0.05)
        self._free_spare()
        with suppress(OSError):
            super().accept()[0].close()
        self._keep_spare()

    def _keep_spare(self) -> None:
        if self._spare is None:
            with suppress(OSError):
                self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def _free_spare(self) -> None:
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None


def listening(host: str, port: int) -> Listener:
    """Bound; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = Listener(fileno=socket.create_server((host, port), family=family).detach())
    # asyncio sees to this only for sockets that it makes itself. Without it, the body of each answer waits until the
    # caller has acknowledged the head, which callers put off for 40 ms.
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened
