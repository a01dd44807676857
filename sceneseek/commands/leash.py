"""Ends a command with whoever started it: its stdin is a leash, and nothing else comes through it."""

import os
import signal
from threading import Thread


def leash() -> None:
    """From now on the end of stdin is Ctrl-C."""
    # What a shell starts in the background ignores Ctrl-C, and so does what that starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    Thread(target=_hold, daemon=True).start()


def _hold() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGINT)
