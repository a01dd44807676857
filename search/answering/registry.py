"""The channels that there are; another one is a file and a line here."""

from collections.abc import Callable

from search.answering.channels import Channel
from search.answering.seen import Seen
from search.answering.told import told_channel
from search.generation.opened import OpenGeneration

CHANNELS: list[Callable[[OpenGeneration], Channel | None]] = [Seen, told_channel]
"""Each gives its channel of a generation, None where that holds nothing for it."""


def channels_of(opened: OpenGeneration) -> list[Channel]:
    """Those that can be asked of this generation."""
    return [channel for make in CHANNELS if (channel := make(opened)) is not None]
