"""A small real library, made through `data/`: videos whose shots are plain colours, and towers that know colours."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from data.identity import clip_id_of, video_id_of
from data.media import reading
from data.media.pixels import Fit
from data.stores.catalog import Catalog, open_catalog
from data.stores.library import Library
from data.stores.publishing import publish
from data.stores.shards.folder import ShardWriter
from data.types import Clip, Generation, Location, Shot, Video
from models.pair import Pair
from models.spec import Embedded, Floats, ModelSpec
from tests.banks import bank_of

DIM = 8
FINGERPRINT = "f" * 32
COLOURS = {
    "red": (220, 30, 30),
    "green": (30, 200, 30),
    "blue": (30, 30, 220),
    "white": (235, 235, 235),
    "black": (8, 8, 8),
}
SPEC = ModelSpec(
    name="colours",
    revision="1",
    dim=DIM,
    frames_per_clip=2,
    image_size=16,
    mean=(0.0, 0.0, 0.0),
    std=(1.0, 1.0, 1.0),
    resize="squash",
    interpolation="bilinear",
    weights_sha256="0" * 64,
    licence="CC0",
)
Timeline = Sequence[tuple[str, float]]


def colour_vector(weights: dict[str, float]) -> Floats:
    """[D], unit length: a mixture of colours; words that are no colour share one dimension."""
    vector = np.zeros(DIM, np.float32)
    for name, weight in weights.items():
        vector[list(COLOURS).index(name) if name in COLOURS else DIM - 1] += weight
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


class ColourVideoTower:
    """Sees which named colour each frame is nearest to."""

    spec = SPEC

    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        frames = np.stack([[_seen(frame) for frame in clip] for clip in pixels])
        clips = frames.mean(axis=1)
        return Embedded(clips / np.linalg.norm(clips, axis=-1, keepdims=True), frames)


class ColourTextTower:
    """Reads the names of colours, and counts what it was asked."""

    spec = SPEC

    def __init__(self) -> None:
        self.batches: list[int] = []

    def encode(self, texts: list[str]) -> Floats:
        self.batches.append(len(texts))
        return np.stack([colour_vector(dict.fromkeys(text.lower().split(), 1.0)) for text in texts])


def _seen(frame: NDArray[np.uint8]) -> Floats:
    mean = frame.reshape(-1, 3).mean(axis=0)
    name = min(COLOURS, key=lambda colour: float(np.abs(mean - COLOURS[colour]).sum()))
    return colour_vector({name: 1.0})


def colour_pair(text: ColourTextTower | None = None, spec: ModelSpec = SPEC) -> Pair:
    tower = text or ColourTextTower()
    return Pair(spec, ColourVideoTower, lambda: tower, ())


def write_video(path: Path, timeline: Timeline, *, fps: int = 8, size: int = 64) -> Path:
    """A video that shows each colour for so many seconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width = stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, fps)
        for colour, seconds in timeline:
            picture = np.full((size, size, 3), COLOURS[colour], np.uint8)
            for _ in range(round(seconds * fps)):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@dataclass
class SmallLibrary:
    """A library under `folder`, with its videos beside it in `videos/`."""

    folder: Path
    videos: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.library = Library(self.folder / "library")
        self.catalog: Catalog = open_catalog(self.library.catalog)
        self.root = self.folder / "videos"
        self.catalog.add_root(os.fsencode(self.root))

    def add(
        self,
        name: str,
        timeline: Timeline,
        *,
        clip_s: float = 4.0,
        taken_at: datetime | None = None,
        one_shot: bool = False,
    ) -> str:
        """Write a video, index it shot by shot or as one, and give its id."""
        path = write_video(self.root / name, timeline)
        video_id = video_id_of(path)
        if video_id not in self.videos.values():
            whole = [("", sum(seconds for _, seconds in timeline))]
            shots, clips = _cut(video_id, whole if one_shot else timeline, clip_s)
            self._write_shard(path, clips)
            self.catalog.store(_video(path, video_id, clips[-1].end_s, taken_at), FINGERPRINT, shots, clips, None)
        self.videos[name] = video_id
        self.catalog.record(_location(self.root, name, video_id))
        return video_id

    def add_file(self, path: Path) -> str:
        """A video that is known and can't be searched."""
        video_id = video_id_of(path)
        self.catalog.store(_video(path, video_id, reading.readable_s(path), None), FINGERPRINT, [], [], None)
        self.videos[path.name] = video_id
        self.catalog.record(_location(self.root, path.name, video_id))
        return video_id

    def publish(self, weights_sha256: str = SPEC.weights_sha256) -> Generation:
        maker = replace(SPEC, weights_sha256=weights_sha256)
        bank = bank_of(self.library, weights_sha256, ColourTextTower().encode)
        found = publish(self.library, self.catalog, maker, FINGERPRINT, bank=bank, say=print, anew=True)
        assert found is not None
        return found

    def remove(self, name: str) -> None:
        """Take a file away, and let the catalogue know."""
        (self.root / name).unlink()
        self.catalog.set_gone([self.catalog.locations(os.fsencode(self.root))[os.fsencode(name)]])

    def close(self) -> None:
        self.catalog.close()

    def _write_shard(self, path: Path, clips: list[Clip]) -> None:
        writer = ShardWriter()
        scaler = Fit(SPEC.image_size, SPEC.resize, SPEC.interpolation).scaler()
        for clip in clips:
            times_s = reading.midpoints(clip.start_s, clip.end_s, SPEC.frames_per_clip)
            frames = reading.frames_at(path, times_s.tolist(), scaler)
            embedded = ColourVideoTower().encode(frames.pixels[np.newaxis])
            writer.append(np.array([clip.id]), embedded.clips, times_s[np.newaxis], embedded.frames)
        writer.save(self.library.shard(FINGERPRINT, clips[0].video_id))
        writer.close()


@contextmanager
def published(folder: Path, name: str, timeline: Timeline) -> Iterator[SmallLibrary]:
    """A library of one video that is served."""
    library = SmallLibrary(folder)
    library.add(name, timeline)
    library.publish()
    try:
        yield library
    finally:
        library.close()


def _cut(video_id: str, timeline: Timeline, clip_s: float) -> tuple[list[Shot], list[Clip]]:
    shots: list[Shot] = []
    clips: list[Clip] = []
    start_s = 0.0
    for number, (_, seconds) in enumerate(timeline):
        end_s = start_s + seconds
        shots.append(Shot(video_id, FINGERPRINT, number, start_s, end_s))
        for begin_s in np.arange(start_s, end_s, clip_s).tolist():
            clip_id = clip_id_of(video_id, FINGERPRINT, len(clips))
            until_s = min(begin_s + clip_s, end_s)
            clips.append(Clip(clip_id, video_id, FINGERPRINT, len(clips), number, begin_s, until_s))
        start_s = end_s
    return shots, clips


def _video(path: Path, video_id: str, duration_s: float, taken_at: datetime | None) -> Video:
    facts = reading.probe(path)
    return Video(
        id=video_id,
        duration_s=duration_s,
        width=facts.width,
        height=facts.height,
        fps=facts.fps,
        codec=facts.codec,
        has_audio=facts.has_audio,
        taken_at=taken_at,
    )


def _location(root: Path, name: str, video_id: str) -> Location:
    status = (root / name).stat()
    return Location(
        root=os.fsencode(root),
        path=os.fsencode(name),
        video_id=video_id,
        indexed_size_bytes=status.st_size,
        indexed_mtime_ns=status.st_mtime_ns,
        state="indexed",
        stage=None,
        reason=None,
        size_bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        seen_at=datetime.now(UTC),
    )
