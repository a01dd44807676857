"""The best second of a moment, and a video's relevance over time, from the vectors of single frames."""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.stores.shards.folder import FrameVectors, ShardError, read_some_frames
from data.stores.vectors.store import Floats, Ids
from models.heads.localise import spans
from search.generation.opened import OpenGeneration
from search.ranking.candidates import Ranked

# Frames, odd.
_SMOOTHED = 3

_log = logging.getLogger(__name__)
Seconds = NDArray[np.float64]


def best_second(opened: OpenGeneration, pointing: Floats, moment: Ranked) -> float:
    """When a moment shows best what `pointing` [D] asks for; the middle of its peak where no frames are kept."""
    where = moment.pointed
    frames = _frames(opened, where.video_id, moment.first, np.array(moment.clips))
    if frames is None:
        peak = opened.vectors.clips(np.array([moment.peak]))
        return float(peak.starts_s[0] + peak.ends_s[0]) / 2
    best = int(_cosines(frames, pointing).argmax())
    return float(min(max(float(frames.times_s.ravel()[best]), where.start_s), where.end_s))


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """How near a video is to a query over its time: `cosines` of its frames or, where none are kept, of its clips.

    `relevance` lies between the library's mean (0) and what a sure find shows (1). `end_s` is where the video ends.
    """

    times_s: Seconds
    cosines: Floats
    relevance: Floats
    end_s: float

    def thinned(self, most: int) -> "Curve":
        """The best point of each part of the video, where there are more than `most`."""
        if len(self.times_s) <= most:
            return self
        starts = np.linspace(0, len(self.times_s), most, endpoint=False).astype(np.int64)
        ends = np.append(starts[1:], len(self.times_s))
        best = [start + self.cosines[start:end].argmax() for start, end in zip(starts, ends, strict=True)]
        return Curve(self.times_s[best], self.cosines[best], self.relevance[best], self.end_s)

    def stretches(self, count: int) -> list[tuple[float, float, float]]:
        """Where it holds: start and end in seconds and the relevance of the best point there, the best first.

        No stretch lies over another. One frame that fails ends none; borders lie in the middle between two frames.
        """
        edges_s = [0.0, *((self.times_s[1:] + self.times_s[:-1]) / 2).tolist(), self.end_s]
        return [
            (edges_s[span.first], edges_s[span.end], float(self.relevance[span.first : span.end].max()))
            for span in spans(self.cosines, count, smoothed=_SMOOTHED)
        ]


def curve(opened: OpenGeneration, pointing: Floats, video_id: str) -> Curve:
    """Of a video that has clips."""
    clips = opened.vectors.of_video(video_id)
    frames = _frames(opened, video_id, int(clips.numbers[0]), clips.ids)
    if frames is None:
        times_s = (clips.starts_s + clips.ends_s) / 2
        cosines = opened.vectors.scores(pointing[np.newaxis], clips.ids)[0]
    else:
        times_s, cosines = frames.times_s.ravel(), _cosines(frames, pointing).ravel()
    order = np.argsort(times_s, kind="stable")
    relevance = _relevance(opened, pointing, cosines[order])
    return Curve(times_s[order], cosines[order], relevance, float(clips.ends_s[-1]))


def _relevance(opened: OpenGeneration, pointing: Floats, cosines: Floats) -> Floats:
    usual = float(opened.calibration.mean @ pointing)
    sure = max(opened.calibration.sure_cosine, usual + 1e-6)
    relevance: Floats = np.clip((cosines - usual) / (sure - usual), 0, 1)
    return relevance


def _frames(opened: OpenGeneration, video_id: str, first: int, clips: Ids) -> FrameVectors | None:
    """Of clips that follow one another, from this number on; None where none are kept, or they have gone meanwhile."""
    path = opened.library.shard(opened.generation.fingerprint, video_id)
    try:
        # A shard holds a video's clips by their numbers.
        return read_some_frames(opened.library.shards.here(path), first, clips)
    except (OSError, ShardError) as error:
        _log.warning("no frames of video %s: %s", video_id, error)
        return None


def _cosines(frames: FrameVectors, pointing: Floats) -> Floats:
    cosines: Floats = frames.values.astype(np.float32) @ pointing
    return cosines
