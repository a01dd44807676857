"""Spans of whatever videos become vectors or words, a batch at a time; one that fails, fails its own video only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data.types import VideoError
from indexer.execute.growing import Growing
from indexer.modalities.modality import ClipFrames, Maker, in_short
from models.spec import Embedded


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    owner: Growing
    number: int
    span: ClipFrames


class Embedder:
    """Collects spans of one modality until a batch is full, and hands what is made to the video that it belongs to."""

    def __init__(self, maker: Maker) -> None:
        self._maker, self._at_once = maker, maker.at_once
        self._waiting: list[_Waiting] = []

    def add(self, owner: Growing, span: ClipFrames) -> dict[Growing, VideoError]:
        """Take in one span; embeds when the batch is full, as `flush` does."""
        self._waiting.append(_Waiting(owner, owner.announce(span), span))
        return self.flush() if len(self._waiting) >= self._at_once else {}

    def drop(self, owner: Growing) -> None:
        """Forget the waiting spans of a video that failed."""
        self._waiting = [each for each in self._waiting if each.owner is not owner]

    def flush(self) -> dict[Growing, VideoError]:
        """Embed what is waiting, however few; the videos of which a span can't be. Raises BrokenTower."""
        batch, self._waiting = self._waiting, []
        failed: dict[Growing, VideoError] = {}
        for each, found in self._made(batch):
            if isinstance(found, VideoError):
                failed.setdefault(each.owner, found)
            elif each.owner not in failed:
                each.owner.add(each.span, each.number, found)
        return failed

    def _made(self, batch: Sequence[_Waiting]) -> Iterator[tuple[_Waiting, Embedded | str | VideoError]]:
        """Each with what came of it; where a batch as a whole gives none, its halves tell which span is to blame."""
        if not batch:
            return
        try:
            made = self._maker.make([each.span for each in batch])
        except Exception as error:  # noqa: BLE001  a tower may raise anything, over one clip or for lack of memory
            if len(batch) == 1:
                self._maker.check(batch[0].span)
                stage = "memory" if isinstance(error, MemoryError) else "embed"
                yield batch[0], VideoError(batch[0].owner.entry.address, stage, in_short(error))
                return
        else:
            yield from zip(batch, made, strict=True)
            return
        yield from self._made_in_halves(batch)

    def _made_in_halves(self, batch: Sequence[_Waiting]) -> Iterator[tuple[_Waiting, Embedded | str | VideoError]]:
        half = len(batch) // 2
        halves = [*self._made(batch[:half]), *self._made(batch[half:])]
        if not any(isinstance(found, VideoError) for _, found in halves):
            # No span was to blame: so many at once are too many.
            self._at_once = min(self._at_once, len(batch) - half)
        yield from halves
