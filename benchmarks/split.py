"""Where the time of indexing goes: every stage after the other in one process, CPU seconds."""

import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.video.frame import VideoFrame

from data.identity import video_id_of
from data.media import reading
from data.media.pixels import Fit, Pixels
from data.sources.source import Entry
from data.stores.catalog import Catalog, open_catalog
from data.stores.library import Library
from indexer.commit.publish import publish
from indexer.commit.store import indexed, put
from indexer.execute.decode import Decoded, Identity
from indexer.execute.growing import Growing
from indexer.execute.work import Work
from indexer.modalities.modality import ClipFrames
from indexer.modalities.sample import sampled
from indexer.modalities.segment import segment
from indexer.modalities.visual import GRID_PER_SECOND, fingerprint_for
from models.pair import Pair
from models.spec import Embedded

STAGES = ("read", "decode", "scale", "shots", "encode", "store")


class Stopwatch:
    """CPU seconds by stage; what runs inside another stage counts for its own only."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, stage: str, *, inside: str | None = None) -> Iterator[None]:
        began_s = time.process_time()
        yield
        took_s = time.process_time() - began_s
        self.seconds[stage] += took_s
        if inside:
            self.seconds[inside] -= took_s


def split(folder: Path, files: Sequence[Entry], pair: Pair) -> dict[str, float]:
    """CPU seconds of each of STAGES for these files below `folder`, batches of one video."""
    watch, tower, fingerprint = Stopwatch(), pair.video(), fingerprint_for(pair.spec)
    with tempfile.TemporaryDirectory() as place:
        library = Library(Path(place))
        catalog = open_catalog(library.catalog)
        catalog.add_root(os.fsencode(folder))
        for entry in files:
            with watch.on("read"):
                identity = Identity(video_id_of(entry.address), reading.probe(entry.address))
                growing = Growing(Work(entry, ("visual",)), identity, {"visual": fingerprint})
            clips = _clips(entry.address, pair, watch)
            with watch.on("encode"):
                embedded = tower.encode(np.stack([clip.frames.pixels for clip in clips]))
            with watch.on("store"):
                _store(growing, clips, embedded, library, catalog)
        with watch.on("store"):
            publish(library, catalog, pair.spec, fingerprint, say=lambda _: None)
        catalog.close()
    return {f"{stage}_cpu_s": watch.seconds[stage] for stage in STAGES}


def decoding(files: Sequence[Entry], skip_frame: Literal["DEFAULT", "NONREF"]) -> float:
    """CPU seconds of libavcodec alone, with one of its ways to decode less."""
    began_s = time.process_time()
    for entry in files:
        with av.open(str(entry.address), metadata_errors="ignore") as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            stream.codec_context.skip_frame = skip_frame
            for _ in container.decode(stream):
                pass
    return time.process_time() - began_s


def _clips(path: Path, pair: Pair, watch: Stopwatch) -> list[ClipFrames]:
    spec = pair.spec
    scaler = _timed(Fit(spec.image_size, spec.resize, spec.interpolation).scaler(), watch)
    with watch.on("decode"):
        pictures = list(reading.grid(path, per_second=GRID_PER_SECOND, scaler=scaler, damage=reading.Damage()))
    with watch.on("shots"):
        return [
            ClipFrames("visual", each.shot_number, each.start_s, each.end_s, frames)
            for each, frames in sampled(lambda: segment(pictures), spec.frames_per_clip)
        ]


def _timed(scaler: Callable[[VideoFrame], Pixels], watch: Stopwatch) -> Callable[[VideoFrame], Pixels]:
    def scaled(frame: VideoFrame) -> Pixels:
        with watch.on("scale", inside="decode"):
            return scaler(frame)

    return scaled


def _store(growing: Growing, clips: list[ClipFrames], embedded: Embedded, library: Library, catalog: Catalog) -> None:
    for number, clip in enumerate(clips):
        frames = None if embedded.frames is None else embedded.frames[number : number + 1]
        one = Embedded(embedded.clips[number : number + 1], frames)
        growing.add(clip, growing.announce(clip), one)
    growing.decoded = Decoded(clips[-1].end_s, 0, clips[-1].end_s)
    made = growing.made()
    for part in made.parts:
        part.vectors.save(library.shard(part.account.fingerprint, made.video_id), part.account)
        put(part.account, catalog)
        catalog.record(indexed(made.entry, made.video_id, part.account.lost))
    made.close()
