"""An order, carried out: the moments are looked up in their files, and written in the form that is wanted."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from data.media.timing import Span, Timing
from data.stores.catalog import Catalog
from data.wording import sized, spoken
from search.handover.films import Making
from search.handover.formats import FORMATS
from search.handover.gathering import Gathered, gathered
from search.handover.maker import Maker
from search.handover.order import HandoverError, NoRoom, Order, Told, TooMuch
from search.handover.timeline import Timeline

MAX_ENCODED_S = 3600.0
"""Of moments that are encoded at once."""
# What stays free for everybody else.
_SPARE_BYTES = 512 << 20
# Of an encoded picture, per pixel: what x264 takes for all but noise.
_BITS_PER_PIXEL = 0.25


def hand_over(
    catalog: Catalog,
    order: Order,
    to: Path,
    maker: Maker,
    told: Callable[[int], None] = lambda _: None,
    *,
    most_bytes: int | None = None,
) -> Told:
    """Write `to`; what one should know of it. `told` hears how many moments are done.

    Raises HandoverError, SandboxError, ExtraMissing, and OSError where it can't be written.
    """
    if not order.wishes:
        raise HandoverError("there is no moment to hand over")
    format_ = FORMATS[order.format]

    def measure(path: Path, stretches: Sequence[tuple[float, float]]) -> tuple[Timing, list[Span]]:
        told(0)  # whoever wants to stop it does so here
        return maker.measure(path, stretches)

    found = gathered(catalog, order, measure)
    if found.lost and (order.format != "clips" or not found.items):
        raise HandoverError(_first_of(found))
    timeline = Timeline(order.title, found.items)
    if format_.is_film:
        _check_room(order, found, to.parent, most_bytes)

    def heard(done: int) -> None:
        told(done)
        # What was guessed may have been too little.
        if format_.is_film and shutil.disk_usage(to.parent).free < _SPARE_BYTES // 2:
            raise NoRoom("the disk is too full: it filled up meanwhile")

    making = Making(order, timeline, found, maker, heard)
    format_.write(making, to)
    return Told(timeline.remarks, making.left_out)


def _first_of(found: Gathered) -> str:
    reason = found.lost[0][1]
    others = len(found.lost) - 1
    return f"{reason} (and {others} more)" if others else reason


def _check_room(order: Order, found: Gathered, folder: Path, most_bytes: int | None) -> None:
    """Raises HandoverError."""
    is_encoded = order.is_exact or order.format == "reel"
    whole_s = sum(item.span.end_s - item.span.start_s for item in found.items)
    if is_encoded and whole_s > MAX_ENCODED_S:
        raise TooMuch(f"{spoken(whole_s)} are more than the {spoken(MAX_ENCODED_S)} that are encoded at once")
    needed_bytes = _encoded_bytes(found) if is_encoded else _copied_bytes(found)
    needed, free_bytes = sized(needed_bytes), shutil.disk_usage(folder).free
    if most_bytes is not None and needed_bytes > most_bytes:
        raise TooMuch(f"about {needed} are more than the {sized(most_bytes)} that exports may take")
    # A clip lies beside the zip that it is put into.
    if needed_bytes + _SPARE_BYTES > free_bytes:
        raise NoRoom(f"the disk is too full: about {needed} are needed, {sized(free_bytes)} are free")


def _copied_bytes(found: Gathered) -> int:
    """By the share of each file, and as much again for what begins at a key picture."""
    total = 0.0
    for item in found.items:
        size, whole_s = found.contents[item.source.video.id].size, item.source.video.duration_s
        total += size * min(1.0, 1.5 * (item.span.end_s - item.span.start_s) / max(whole_s, 1e-3))
    return round(total)


def _encoded_bytes(found: Gathered) -> int:
    return round(sum(item.length * _pixels(item.source.video.width, item.source.video.height) for item in found.items))


def _pixels(width: int, height: int) -> float:
    return width * height * _BITS_PER_PIXEL / 8
