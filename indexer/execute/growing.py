"""A video whose spans come in one by one, of one or several modalities."""

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from data.identity import clip_id_of
from data.media.reading import TOLERATED_S
from data.stores.shards.accounts import Account
from data.stores.shards.folder import ShardWriter
from data.types import Clip, Video, VideoError, Words
from indexer.execute.decode import Decoded, Identity
from indexer.execute.work import Made, Part, Work
from indexer.modalities.modality import ClipFrames
from models.spec import Embedded

# So many pictures missing at the end are no damage either, where they come seldom.
_TOLERATED_FRAMES = 3


class Growing:
    """`fingerprints` are of the modalities that are being made of it."""

    def __init__(self, work: Work, identity: Identity, fingerprints: Mapping[str, str]) -> None:
        self.entry, self.identity = work.entry, identity
        self.decoded: Decoded | None = None
        self._parts = {name: _Part(identity.video_id, fingerprint) for name, fingerprint in fingerprints.items()}

    def announce(self, span: ClipFrames) -> int:
        """Give the next span of its modality its number; what is made of it is still to come."""
        return self._parts[span.modality].announce()

    def add(self, span: ClipFrames, number: int, made: Embedded | str) -> None:
        """Take in what was made of one span; vectors are a batch of one."""
        self._parts[span.modality].add(span, number, made)

    def fail(self, modality: str, error: VideoError) -> None:
        """Leave out what one modality would have made; the others go on."""
        self._parts[modality].fail(error)

    def has_failed(self, modality: str) -> bool:
        """Whether nothing more is wanted of it."""
        return self._parts[modality].failed is not None

    @property
    def is_whole(self) -> bool:
        return self.decoded is not None and all(part.waiting == 0 for part in self._parts.values())

    def made(self) -> Made:
        """What has come of it, with what was lost of the file."""
        lost, video, now = self._lost(), self._video(), datetime.now(UTC)
        parts = [
            Part(name, Account(video, part.fingerprint, part.clips, part.failed or lost, now, part.texts), part.vectors)
            for name, part in self._parts.items()
        ]
        return Made(self.entry, video.id, tuple(parts))

    def close(self) -> None:
        """Drop what was collected."""
        for part in self._parts.values():
            part.vectors.close()

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


class _Part:
    """What one modality has made so far: clips with vectors, or words."""

    def __init__(self, video_id: str, fingerprint: str) -> None:
        self._video_id, self.fingerprint = video_id, fingerprint
        self.clips: list[Clip] = []
        self.texts: list[Words] = []
        self.vectors = ShardWriter()
        self.waiting, self._announced = 0, 0
        self.failed: str | None = None

    def announce(self) -> int:
        self.waiting += 1
        self._announced += 1
        return self._announced - 1

    def add(self, span: ClipFrames, number: int, made: Embedded | str) -> None:
        self.waiting -= 1
        if isinstance(made, str):
            if made:
                place = self._video_id, self.fingerprint, len(self.texts)
                self.texts.append(Words(*place, span.start_s, span.end_s, made))
            return
        clip_id = clip_id_of(self._video_id, self.fingerprint, number)
        self.clips.append(
            Clip(clip_id, self._video_id, self.fingerprint, number, span.shot_number, span.start_s, span.end_s)
        )
        self.vectors.append(np.array([clip_id]), made.clips, span.frames.times_s[None], made.frames)

    def fail(self, error: VideoError) -> None:
        self.vectors.close()
        self.vectors, self.clips, self.texts, self.waiting = ShardWriter(), [], [], 0
        self.failed = f"{error.stage}: {error.reason}"
