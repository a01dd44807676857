"""What can be wrong with an address, and with what a server says."""

import errno


class UnusableAddress(ValueError):
    """It names nothing that could be kept and shown; the message says why."""


class RemoteError(OSError):
    """What a server answered, or that it did not, in one line without credentials."""

    def __init__(self, number: int, said: str) -> None:
        super().__init__(number, said)

    def __str__(self) -> str:
        return str(self.strerror)


class Passing(RemoteError):
    """Asked again, the server may answer otherwise."""


def gone(said: str = "no such object") -> RemoteError:
    """An absence, as `data.durable.is_absence` understands it."""
    return RemoteError(errno.ENOENT, said)


def is_answer(error: RemoteError) -> bool:
    """Whether a server said it, of this one place: others may be asked for."""
    return error.errno in (errno.EACCES, errno.EPROTO, errno.EFBIG)


def changed() -> RemoteError:
    """What lies there now is not what was begun."""
    return RemoteError(errno.ESTALE, "it changed while it was read")
