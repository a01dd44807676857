"""A finished video goes to disk: its vectors first, then all its rows at once."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from data.identity import clip_id_of
from data.media.reading import TOLERATED_S
from data.stores.catalog import Catalog
from data.stores.library import Library
from data.stores.shards.accounts import Account
from data.stores.shards.folder import ShardWriter
from data.types import Clip, Location, State, Video, VideoError
from indexer.execute.decode import ClipFrames, Decoded, Identity
from indexer.plan.discover import Found
from models.spec import Embedded

# So many pictures missing at the end are no damage either, where they come seldom.
_TOLERATED_FRAMES = 3


class Growing:
    """A video whose clips come in one by one."""

    def __init__(self, found: Found, identity: Identity, fingerprint: str) -> None:
        self.found, self.identity, self.fingerprint = found, identity, fingerprint
        self.clips: list[Clip] = []
        self.decoded: Decoded | None = None
        self._waiting = 0
        self._writer = ShardWriter()

    def announce(self, piece: ClipFrames) -> Clip:
        """Give the next clip its identity; its vectors are still to come."""
        number, video_id = len(self.clips), self.identity.video_id
        clip_id = clip_id_of(video_id, self.fingerprint, number)
        clip = Clip(clip_id, video_id, self.fingerprint, number, piece.shot_number, piece.start_s, piece.end_s)
        self.clips.append(clip)
        self._waiting += 1
        return clip

    def add(self, clip: Clip, times_s: NDArray[np.float64], embedded: Embedded) -> None:
        """Take in the vectors of one clip; `embedded` holds a batch of one."""
        self._writer.append(np.array([clip.id]), embedded.clips, times_s[None], embedded.frames)
        self._waiting -= 1

    @property
    def is_whole(self) -> bool:
        return self.decoded is not None and self._waiting == 0

    def save(self, library: Library, catalog: Catalog) -> str | None:
        """Write shard and rows; says what was lost of the file, None for nothing."""
        account = Account(self._video(), self.fingerprint, self.clips, self._lost(), datetime.now(UTC))
        self._writer.save(library.shard(self.fingerprint, self.identity.video_id), account)
        put(account, catalog)
        return account.lost

    def close(self) -> None:
        """Drop what was collected."""
        self._writer.close()

    def _lost(self) -> str | None:
        assert self.decoded is not None
        if (said_s := self._said_end_s()) is not None:
            return f"read {self.decoded.end_s:.1f} of {said_s:.1f} s"
        return f"{self.decoded.damaged} damaged pieces left out" if self.decoded.damaged else None

    def _said_end_s(self) -> float | None:
        """Where the file says that its pictures end, or all of it, when what could be read ends earlier."""
        assert self.decoded is not None
        facts, decoded = self.identity.facts, self.decoded
        tolerated_s = max(TOLERATED_S, _TOLERATED_FRAMES / facts.fps if facts.fps > 0 else 0.0)
        for said_s, read_s in ((facts.pictures_end_s, decoded.end_s), (facts.end_s, decoded.reached_s)):
            if said_s is not None and said_s - read_s > max(tolerated_s, 0.02 * said_s):
                return said_s
        return None

    def _duration_s(self) -> float:
        """As the file says, but never less than its clips; of one that ends early, what is there."""
        assert self.decoded is not None
        there_s = max(self.decoded.end_s, self.decoded.reached_s)
        said_s = self.identity.facts.duration_s
        return there_s if said_s is None or self._said_end_s() is not None else max(said_s, self.decoded.end_s)

    def _video(self) -> Video:
        facts = self.identity.facts
        return Video(
            id=self.identity.video_id,
            duration_s=self._duration_s(),
            width=facts.width,
            height=facts.height,
            fps=facts.fps,
            codec=facts.codec,
            has_audio=facts.has_audio,
            taken_at=facts.taken_at,
        )


def put(account: Account, catalog: Catalog) -> None:
    """Write all rows of a video whose shard is on the disk."""
    rows = (account.video, account.fingerprint, account.shots, account.clips, account.lost, account.embedded_at)
    catalog.store(*rows, texts=account.texts)


def indexed(found: Found, video_id: str, lost: str | None) -> Location:
    """The place of a file whose content is in the library."""
    state: State = "partial" if lost else "indexed"
    return Location(
        root=found.root,
        path=found.path,
        video_id=video_id,
        indexed_size_bytes=found.size_bytes,
        indexed_mtime_ns=found.mtime_ns,
        state=state,
        stage="decode" if lost else None,
        reason=lost,
        size_bytes=found.size_bytes,
        mtime_ns=found.mtime_ns,
        seen_at=datetime.now(UTC),
        source=found.source,
        tag=found.tag,
        indexed_tag=found.tag,
    )


def not_indexed(found: Found, state: State, error: VideoError) -> Location:
    """The place of a file that could not be indexed now; what was indexed there before stays, unless it had gone."""
    known = found.known if found.known and found.known.state != "gone" else None
    return Location(
        root=found.root,
        path=found.path,
        video_id=known.video_id if known else None,
        indexed_size_bytes=known.indexed_size_bytes if known else None,
        indexed_mtime_ns=known.indexed_mtime_ns if known else None,
        state=state,
        stage=error.stage,
        reason=error.reason,
        size_bytes=found.size_bytes,
        mtime_ns=found.mtime_ns,
        seen_at=datetime.now(UTC),
        source=found.source,
        tag=found.tag,
        indexed_tag=known.indexed_tag if known else None,
    )
