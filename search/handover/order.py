"""What is to be handed over, and why it can't be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from data.paths import path_text
from data.stores.catalog.collections import Pick

MAX_HANDLES_S = 600.0


class HandoverError(Exception):
    """It can't be handed over; the message says which file is to blame, or what else."""


class TooMuch(HandoverError):
    """More is wanted than is done at once."""


class NoRoom(HandoverError):
    """The disk is too full."""


class Told(NamedTuple):
    """What one should know of what was written, and what was left out."""

    remarks: list[str]
    left_out: list[str]


@dataclass(frozen=True, slots=True)
class Wish:
    """A moment, and where its video was known to lie."""

    pick: Pick
    last_path: bytes | None = None

    @property
    def called(self) -> str:
        """What a person calls its video when nothing else is known of it."""
        return path_text(self.last_path) if self.last_path else f"video {self.pick.video_id}"


@dataclass(frozen=True, slots=True)
class Order:
    """Moments in order, and how they are wanted; `handles_s` more before and after each, within its file."""

    format: str
    title: str
    wishes: Sequence[Wish]
    handles_s: float = 0.0
    is_exact: bool = False
