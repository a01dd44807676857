"""The best second of a moment, and a video's relevance over time, from the vectors of single frames."""

import logging

import numpy as np
from numpy.typing import NDArray

from data.stores.shards.folder import FrameVectors, ShardError, read_some_frames
from data.stores.vectors.store import Floats, Ids
from search.generation.opened import OpenGeneration
from search.ranking.candidates import Ranked

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


def relevance_curve(
    opened: OpenGeneration, pointing: Floats, video_id: str, most: int
) -> tuple[Seconds, Floats, Floats]:
    """`curve`, and where each point lies from the library's mean (0) to what a sure find shows (1)."""
    times_s, cosines = curve(opened, pointing, video_id, most)
    usual = float(opened.calibration.mean @ pointing)
    sure = max(opened.calibration.sure_cosine, usual + 1e-6)
    relevance: Floats = np.clip((cosines - usual) / (sure - usual), 0, 1)
    return times_s, cosines, relevance


def curve(opened: OpenGeneration, pointing: Floats, video_id: str, most: int) -> tuple[Seconds, Floats]:
    """Times and cosines of at most `most` points over one video: the best of each stretch."""
    clips = opened.vectors.of_video(video_id)
    frames = _frames(opened, video_id, int(clips.numbers[0]), clips.ids) if len(clips) else None
    if frames is None:
        times_s = (clips.starts_s + clips.ends_s) / 2
        cosines = opened.vectors.scores(pointing[np.newaxis], clips.ids)[0]
    else:
        times_s, cosines = frames.times_s.ravel(), _cosines(frames, pointing).ravel()
    order = np.argsort(times_s, kind="stable")
    return _thinned(times_s[order], cosines[order], most)


def _frames(opened: OpenGeneration, video_id: str, first: int, clips: Ids) -> FrameVectors | None:
    """Of clips that follow one another, from this number on; None where none are kept, or they have gone meanwhile."""
    path = opened.library.shard(opened.generation.fingerprint, video_id)
    try:
        # A shard holds a video's clips by their numbers.
        return read_some_frames(path, first, clips)
    except (OSError, ShardError) as error:
        _log.warning("no frames of video %s: %s", video_id, error)
        return None


def _cosines(frames: FrameVectors, pointing: Floats) -> Floats:
    cosines: Floats = frames.values.astype(np.float32) @ pointing
    return cosines


def _thinned(times_s: Seconds, cosines: Floats, most: int) -> tuple[Seconds, Floats]:
    if len(times_s) <= most:
        return times_s, cosines
    starts = np.linspace(0, len(times_s), most, endpoint=False).astype(np.int64)
    ends = np.append(starts[1:], len(times_s))
    best = np.array([start + cosines[start:end].argmax() for start, end in zip(starts, ends, strict=True)])
    return times_s[best], cosines[best]
