"""What a catalogue says of one embedded video, kept with its vectors, so that a lost catalogue can be made anew."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.identity import clip_id_of
from data.types import Clip, Shot, Video, Words

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Account:
    """One video under one fingerprint: `lost` is what could not be read of its file, None for nothing.

    A modality that gives words and no vectors has `texts`, and no clips.
    """

    video: Video
    fingerprint: str
    clips: Sequence[Clip]
    lost: str | None
    embedded_at: datetime
    texts: Sequence[Words] = ()

    @property
    def shots(self) -> list[Shot]:
        """From the first to the last clip of each."""
        spans: dict[int, tuple[float, float]] = {}
        for clip in self.clips:
            start_s, _ = spans.setdefault(clip.shot_number, (clip.start_s, clip.end_s))
            spans[clip.shot_number] = start_s, clip.end_s
        return [Shot(self.video.id, self.fingerprint, number, *span) for number, span in spans.items()]


def arrays_of(account: Account) -> dict[str, NDArray[Any]]:
    """`clip_times_s` [N, 2], `clip_shots` [N], and `account`: everything else, as the bytes of a JSON document."""
    taken_at = account.video.taken_at
    facts = {
        "video": {**asdict(account.video), "taken_at": taken_at and taken_at.isoformat()},
        "fingerprint": account.fingerprint,
        "lost": account.lost,
        "embedded_at": account.embedded_at.isoformat(),
        "texts": [(each.start_s, each.end_s, each.text, each.language, each.word_starts_s) for each in account.texts],
    }
    return {
        "clip_times_s": np.array([(clip.start_s, clip.end_s) for clip in account.clips], np.float64).reshape(-1, 2),
        "clip_shots": np.array([clip.shot_number for clip in account.clips], np.int32),
        "account": np.frombuffer(json.dumps(facts, allow_nan=False).encode(), np.uint8),
    }


def account_from(clip_ids: Ids, array: Callable[[str], NDArray[Any]]) -> Account:
    """The account that such arrays hold. Raises ValueError, KeyError or TypeError where they don't belong together."""
    facts = json.loads(array("account").tobytes())
    taken_at = facts["video"]["taken_at"]
    video = Video(**{**facts["video"], "taken_at": taken_at and datetime.fromisoformat(taken_at)})
    times_s = array("clip_times_s")
    if not np.isfinite(times_s).all():
        raise ValueError("its clips have no times")
    spans = zip(clip_ids.tolist(), array("clip_shots").tolist(), times_s.tolist(), strict=True)
    clips = [
        Clip(clip_id, video.id, facts["fingerprint"], number, shot, *span_s)
        for number, (clip_id, shot, span_s) in enumerate(spans)
    ]
    for clip in clips:
        if clip.id != clip_id_of(video.id, clip.fingerprint, clip.number):
            raise ValueError(f"clip {clip.number} is not one of video {video.id}")
    # Those written before there were words hold none.
    texts = tuple(_words(video.id, facts["fingerprint"], *told) for told in enumerate(facts.get("texts", ())))
    embedded_at = datetime.fromisoformat(facts["embedded_at"])
    return Account(video, facts["fingerprint"], clips, facts["lost"], embedded_at, texts)


def _words(video_id: str, fingerprint: str, number: int, told: Sequence[Any]) -> Words:
    start_s, end_s, text, *more = told
    language, word_starts_s = more or (None, ())
    return Words(video_id, fingerprint, number, start_s, end_s, text, language, tuple(word_starts_s))
