"""From moments to pictures of files, as they lie there now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from data.media.timing import Span, Timing
from data.paths import joined, path_text
from data.sandbox.process import SandboxError
from data.sources.content import Content, FileChanged, FileGone, FileUnreadable, open_content
from data.stores.catalog import Catalog, views
from data.types import Video, VideoError
from search.handover.order import HandoverError, Order, Wish
from search.handover.timeline import Item, Source

Measure = Callable[[Path, Sequence[tuple[float, float]]], tuple[Timing, list[Span]]]
UNUSABLE = (FileGone, FileChanged, FileUnreadable, VideoError)


@dataclass(slots=True)
class Gathered:
    """What is there of an order, in its order; what is not, each with the reason; and the files, to look at again."""

    items: list[Item] = field(default_factory=list)
    lost: list[tuple[Wish, str]] = field(default_factory=list)
    contents: dict[str, Content] = field(default_factory=dict)


def gathered(catalog: Catalog, order: Order, measure: Measure) -> Gathered:
    """Look at every file of an order once. Raises SandboxError where the process that looks was stopped."""
    found, wishes = Gathered(), dict[str, list[int]]()
    for number, wish in enumerate(order.wishes):
        wishes.setdefault(wish.pick.video_id, []).append(number)
    items: dict[int, Item] = {}
    lost: dict[int, str] = {}
    for video_id, numbers in wishes.items():
        mine = [order.wishes[number] for number in numbers]
        try:
            content, made = _items(catalog, video_id, mine, order.handles_s, measure)
        except HandoverError as error:
            lost |= dict.fromkeys(numbers, str(error))
        else:
            found.contents[video_id] = content
            items |= dict(zip(numbers, made, strict=True))
    found.items = [items[number] for number in sorted(items)]
    found.lost = [(order.wishes[number], lost[number]) for number in sorted(lost)]
    return found


def complaint(name: str, error: Exception) -> str:
    """Why a file can't be used, in a line that names it."""
    if isinstance(error, FileGone):
        return f"{name}: the file is gone"
    if isinstance(error, FileChanged):
        return f"{name}: the file has changed since it was indexed; index it again"
    return f"{name}: {getattr(error, 'reason', error)}"


def _items(
    catalog: Catalog, video_id: str, wishes: Sequence[Wish], handles_s: float, measure: Measure
) -> tuple[Content, list[Item]]:
    known = views.video(catalog, video_id)
    if known is None or not known[1]:
        raise HandoverError(f"{wishes[0].called}: the file is gone")
    video, places = known
    name = path_text(joined(places[0].root, places[0].path))
    try:
        content = open_content(places)
        content.file.close()
        stretches = [stretch for wish in wishes for stretch in _stretches(video, wish, handles_s)]
        timing, spans = measure(content.path, stretches)
        content.check_unchanged()
    except UNUSABLE as error:
        raise HandoverError(complaint(name, error)) from None
    except SandboxError as error:
        raise HandoverError(f"{name}: {error}") from error
    path = joined(content.place.root, content.place.path)
    source = Source(video, path, timing)
    pairs = zip(wishes, spans[::2], spans[1::2], strict=True)
    return content, [Item(wish.pick, source, whole, bare) for wish, whole, bare in pairs]


def _stretches(video: Video, wish: Wish, handles_s: float) -> list[tuple[float, float]]:
    """With handles and without, inside the file."""
    pick = wish.pick
    if pick.start_s >= video.duration_s:
        raise HandoverError(f"{wish.called}: it ends at {video.duration_s:.3f} s, before {pick.start_s:.3f} s")
    end_s = min(pick.end_s, video.duration_s)
    return [(max(0.0, pick.start_s - handles_s), min(end_s + handles_s, video.duration_s)), (pick.start_s, end_s)]
