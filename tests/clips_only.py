"""Libraries of vectors without videos, to publish from and to compare with."""

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data.identity import clip_id_of
from data.stores import generations
from data.stores.catalog import open_catalog
from data.stores.library import Library
from data.stores.publishing import publish
from data.stores.shards.folder import ShardWriter
from data.stores.vectors.engines import OpenVectors, open_vectors
from data.stores.vectors.nearness import Bank
from data.stores.vectors.store import Floats, VectorStore
from data.types import Clip, Generation, Location, Shot, Video
from tests.memory_vectors import units
from tests.small_library import SPEC

DIM = SPEC.dim
FINGERPRINT = "f" * 32
QUERIES = units(np.random.default_rng(5).normal(size=(60, DIM)))
ROOT = b"/videos"


class ClipsOnly:
    """Videos by number; each clip is 10 s long, three are a shot."""

    def __init__(self, folder: Path) -> None:
        self.library = Library(folder)
        self.catalog = open_catalog(self.library.catalog)
        self.catalog.add_root(ROOT)
        self.present: dict[int, Floats] = {}
        self.bank = Bank("bank", lambda: QUERIES)
        self.said: list[str] = []

    def add(self, number: int, values: Floats, *, height: int = 100) -> str:
        """Index a video with these clips [N, D]."""
        name = name_of(number)
        clips = [
            Clip(clip_id_of(name, FINGERPRINT, n), name, FINGERPRINT, n, n // 3, n * 10.0, n * 10.0 + 10)
            for n in range(len(values))
        ]
        writer = ShardWriter()
        writer.append(np.array([clip.id for clip in clips]), values, np.empty((len(clips), 0)), None)
        writer.save(self.library.shard(FINGERPRINT, name))
        writer.close()
        video = Video(name, len(values) * 10.0, 160, height, 25.0, "h264", False, None)
        shots = [Shot(name, FINGERPRINT, n, n * 30.0, n * 30.0 + 30) for n in range((len(values) + 2) // 3)]
        self.catalog.store(video, FINGERPRINT, shots, clips, None)
        self.catalog.record(self._place(number))
        self.present[number] = values
        return name

    def remove(self, number: int) -> None:
        """Its file is gone."""
        self.catalog.set_gone([self._place(number)])
        del self.present[number]

    def publish(self, *, anew: bool = False, bank: Bank | None = None) -> Generation:
        found = publish(
            self.library,
            self.catalog,
            SPEC,
            FINGERPRINT,
            bank=bank or self.bank,
            say=self.said.append,
            anew=anew,
        )
        assert found is not None
        return found

    def open(self, before: VectorStore | None = None) -> OpenVectors:
        """What is published now."""
        generation = generations.current(self.library)
        return open_vectors(self.library, generation, self.catalog, bank=self.bank, before=before)

    def segments(self) -> tuple[str, ...]:
        """Of what is published now."""
        return generations.current(self.library).modalities["visual"].segments

    def close(self) -> None:
        self.catalog.close()

    def _place(self, number: int) -> Location:
        return Location(
            root=ROOT,
            path=os.fsencode(f"{number}.mp4"),
            video_id=name_of(number),
            indexed_size_bytes=1,
            indexed_mtime_ns=1,
            state="indexed",
            stage=None,
            reason=None,
            size_bytes=1,
            mtime_ns=1,
            seen_at=datetime.now(UTC),
        )


def name_of(number: int) -> str:
    """A video's id; their order is not that of the numbers."""
    return f"{number * 7919 % 100_003:032x}"
