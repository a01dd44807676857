"""Moments as films: one file for each in a zip, or all of them joined."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from glob import escape
from pathlib import Path

from data.media.reel import Piece
from data.paths import path_text
from data.sandbox.process import SandboxError, Stopped
from data.types import VideoError
from data.wording import counted
from search.handover.gathering import UNUSABLE, Gathered, complaint
from search.handover.maker import Made, Maker, Reel
from search.handover.names import file_name, said_of
from search.handover.order import HandoverError, Order
from search.handover.timeline import Item, Timeline

# Of a reel, so that a phone plays it and a computer makes it in a bearable time.
_LONGEST = 1920
_ABOUT = "about these clips.txt"


@dataclass(frozen=True, slots=True)
class Making:
    """One order on its way: what is there of it, what makes it, and who is told how many moments are done."""

    order: Order
    timeline: Timeline
    found: Gathered
    maker: Maker
    told: Callable[[int], None]
    left_out: list[str] = field(default_factory=list)


def write_clips(making: Making, to: Path) -> None:
    """A zip; what could not be made is said in a text beside the others. Raises HandoverError when nothing could be."""
    lines: list[str] = []
    making.left_out.extend(reason for _, reason in making.found.lost)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as archive:
        for number, item in enumerate(making.found.items, 1):
            name = f"{number:03} {_clip_name(item)}"
            beside = to.with_name(f"{to.name}.{number}")
            try:
                lines.append(_put_clip(making, archive, item, beside, name))
            except HandoverError as error:
                making.left_out.append(str(error))
            making.told(number)
        if not lines:
            raise HandoverError(making.left_out[0])
        lost = [f"left out: {reason}" for reason in making.left_out]
        archive.writestr(_ABOUT, "\r\n".join([*_head(making, len(lines)), *lines, *lost, ""]))


def write_reel(making: Making, to: Path) -> None:
    """One MP4 of the size and the rate of the first moment. Raises HandoverError."""
    timeline = making.timeline
    reel = Reel(list(_pieces(making)), _reel_size(timeline), timeline.rate, _has_sound(timeline))
    try:
        for begun in making.maker.reel(reel, to):
            making.told(begun - 1)
    except VideoError as error:
        raise HandoverError(complaint(path_text(bytes(error.path)), error)) from None
    for item in making.found.items:
        _check(making, item)


def _pieces(making: Making) -> Iterator[Piece]:
    for start, end, item in ((each.start, each.end, each.item) for each in making.timeline.placed):
        path = making.found.contents[item.source.video.id].path
        yield Piece(path, item.span.start_s, end - start, item.source.timing.rate)


def _has_sound(timeline: Timeline) -> bool:
    return any(source.video.has_audio for source in timeline.sources)


def _reel_size(timeline: Timeline) -> tuple[int, int]:
    width, height = timeline.size
    scale = min(1.0, _LONGEST / max(width, height))
    return max(2, round(width * scale) // 2 * 2), max(2, round(height * scale) // 2 * 2)


def _put_clip(making: Making, archive: zipfile.ZipFile, item: Item, beside: Path, name: str) -> str:
    """What is to be said of it. Raises HandoverError where it can't be made."""
    try:
        path = making.found.contents[item.source.video.id].path
        made = making.maker.clip(path, item.span, item.source.timing, beside, is_exact=making.order.is_exact)
        _check(making, item)
        file = f"{name}{made.file.suffix}"
        archive.write(made.file, file)
    except Stopped:
        raise
    except (VideoError, SandboxError) as error:
        raise HandoverError(complaint(item.source.name, error)) from None
    finally:
        for left in beside.parent.glob(f"{escape(beside.name)}.*"):
            left.unlink(missing_ok=True)
    return f"{file}: {_said(item, made)}"


def _check(making: Making, item: Item) -> None:
    """Whether it was the file that was indexed, until now. Raises HandoverError."""
    try:
        making.found.contents[item.source.video.id].check_unchanged()
    except UNUSABLE as error:
        raise HandoverError(complaint(item.source.name, error)) from None


def _said(item: Item, made: Made) -> str:
    wanted = f"{item.source.name} from {item.span.start_s:.3f} to {item.span.end_s:.3f} s"
    if not made.is_copy:
        return f"{wanted}, exact, encoded"
    early_s = item.span.start_s - made.start_s
    begins = "begins there" if early_s < 1e-3 else f"begins {early_s:.3f} s earlier, with the key picture before it"
    return f"{wanted}, copied as it is stored, {begins}"


def _head(making: Making, count: int) -> list[str]:
    how = "encoded, exact to the picture" if making.order.is_exact else "copied without loss, from a key picture on"
    said = [making.timeline.title, f"{counted(count, 'moment')}, {how}.", ""]
    return [*said, *making.timeline.remarks]


def _clip_name(item: Item) -> str:
    """The file's name, where in it, and what was asked for."""
    parts = [item.source.file.stem, f"{item.pick.start_s:.1f}s", said_of(item.pick)]
    return file_name(" ".join(part for part in parts if part))
