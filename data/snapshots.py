"""Generations: immutable indexes, built beside the serving one and swapped in atomically."""

import json
import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from data.durable import replacing, sync_folder
from data.library import Library
from data.types import NoSnapshot, Snapshot
from data.vectors import Floats, Ids, VectorIndex, write_index


def build(
    library: Library,
    *,
    model: str,
    weights_sha256: str,
    fingerprint: str,
    dim: int,
    pieces: Iterable[tuple[Ids, Floats]],
) -> Snapshot:
    """Write a new generation, without publishing it: pieces are (clip ids [N], values [N, D])."""
    library.snapshots.mkdir(parents=True, exist_ok=True)
    building = library.snapshots / f".building-{os.getpid()}"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    try:
        ids = write_index(building / "index.faiss", dim, pieces)
        np.save(building / "clip_ids.npy", ids)
        generation = _next_generation(library)
        manifest = {
            "generation": generation,
            "model": model,
            "weights_sha256": weights_sha256,
            "dim": dim,
            "fingerprint": fingerprint,
            "clip_count": len(ids),
            "created_at": datetime.now(UTC).isoformat(),
        }
        (building / "manifest.json").write_text(json.dumps(manifest, indent=1))
        for file in building.iterdir():
            _sync(file)
        building.rename(library.snapshots / generation)
        sync_folder(library.snapshots)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return read(library, generation)


def publish(library: Library, snapshot: Snapshot) -> None:
    """Let `CURRENT` name this generation, in one step."""
    with replacing(library.current) as file:
        file.write(f"{snapshot.generation}\n".encode())


def current(library: Library) -> Snapshot:
    """The published generation. Raises NoSnapshot."""
    try:
        generation = library.current.read_text().strip()
    except FileNotFoundError:
        raise NoSnapshot(f"nothing is indexed in {library.folder}") from None
    return read(library, generation)


def read(library: Library, generation: str) -> Snapshot:
    """One generation by name. Raises NoSnapshot."""
    folder = library.snapshots / generation
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    except FileNotFoundError:
        raise NoSnapshot(f"generation {generation!r} is not in {library.folder}") from None
    return Snapshot(
        generation=manifest["generation"],
        model=manifest["model"],
        weights_sha256=manifest["weights_sha256"],
        dim=manifest["dim"],
        fingerprint=manifest["fingerprint"],
        clip_count=manifest["clip_count"],
        created_at=datetime.fromisoformat(manifest["created_at"]),
        folder=folder,
    )


def generations(library: Library) -> list[str]:
    """Names of all generations that are whole, oldest first."""
    if not library.snapshots.is_dir():
        return []
    return sorted(folder.name for folder in library.snapshots.iterdir() if folder.name.isdigit())


def open_index(snapshot: Snapshot) -> VectorIndex:
    """The vectors of one generation, in memory."""
    return VectorIndex(snapshot.folder / "index.faiss")


def clip_ids(snapshot: Snapshot) -> Ids:
    """The clips that one generation serves, in the order of its index."""
    ids: Ids = np.load(snapshot.folder / "clip_ids.npy", allow_pickle=False)
    return ids


def prune(library: Library, *, keep: int) -> list[str]:
    """Remove all but the `keep` newest generations and the published one; give what was removed."""
    serving = current(library).generation
    old = [name for name in generations(library)[:-keep] if name != serving]
    for name in old:
        shutil.rmtree(library.snapshots / name)
    return old


def _next_generation(library: Library) -> str:
    known = generations(library)
    return f"{int(known[-1]) + 1 if known else 1:08d}"


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
