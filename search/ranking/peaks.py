"""The best second of a moment, and a video's relevance over time, from the vectors of single frames."""

import logging
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from data.stores.shards.folder import FrameVectors, ShardError, read_some_frames
from data.stores.vectors.store import Floats
from search.generation.opened import OpenGeneration
from search.generation.table import Rows
from search.ranking.candidates import Ranked

_log = logging.getLogger(__name__)
Seconds = NDArray[np.float64]


def best_seconds(generation: OpenGeneration, pointing: Floats, moments: Iterable[Ranked]) -> list[float]:
    """When each moment shows best what `pointing` [D] asks for; the middle of its peak where no frames are kept."""
    return [_best_second(generation, pointing, moment) for moment in moments]


def relevance_curve(
    generation: OpenGeneration, pointing: Floats, video_id: str, most: int
) -> tuple[Seconds, Floats, Floats]:
    """`curve`, and where each point lies from the library's mean (0) to what a sure find shows (1)."""
    times_s, cosines = curve(generation, pointing, video_id, most)
    calibration = generation.calibration
    usual = float(calibration.mean @ pointing)
    sure = max(calibration.sure_cosine, usual + 1e-6)
    relevance: Floats = np.clip((cosines - usual) / (sure - usual), 0, 1)
    return times_s, cosines, relevance


def curve(generation: OpenGeneration, pointing: Floats, video_id: str, most: int) -> tuple[Seconds, Floats]:
    """Times and cosines of at most `most` points over one video: the best of each stretch."""
    rows = generation.clips.rows_of(video_id, 0.0, np.inf)
    frames = _frames(generation, rows)
    if frames is None:
        clips = generation.clips
        times_s = (clips.starts_s[rows] + clips.ends_s[rows]) / 2
        cosines = generation.index.scores(pointing[np.newaxis], clips.ids[rows])[0]
    else:
        times_s, cosines = frames.times_s.ravel(), _cosines(frames, pointing).ravel()
    order = np.argsort(times_s, kind="stable")
    return _thinned(times_s[order], cosines[order], most)


def _best_second(generation: OpenGeneration, pointing: Floats, moment: Ranked) -> float:
    clips = generation.clips
    # Of a sequence only the first step is pointed at.
    last = moment.last if clips.shots[moment.peak] == clips.shots[moment.last] else moment.peak
    rows = np.arange(moment.first, last + 1)
    frames = _frames(generation, rows)
    if frames is None:
        return float(clips.starts_s[moment.peak] + clips.ends_s[moment.peak]) / 2
    best = int(_cosines(frames, pointing).argmax())
    at_s = float(frames.times_s.ravel()[best])
    return float(min(max(at_s, clips.starts_s[moment.first]), clips.ends_s[last]))


def _frames(generation: OpenGeneration, rows: Rows) -> FrameVectors | None:
    """Of clips of one video that follow one another; None where there are none, also when they have gone meanwhile."""
    if not len(rows):
        return None
    clips = generation.clips
    number = clips.videos[rows[0]]
    video_id = clips.video_ids[number]
    # A shard holds a video's clips in the order of the table.
    first = int(rows[0] - np.searchsorted(clips.videos, number))
    path = generation.library.shard(generation.snapshot.fingerprint, video_id)
    try:
        return read_some_frames(path, first, clips.ids[rows])
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
