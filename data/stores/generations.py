"""Generations: immutable indexes, built beside the serving one and swapped in atomically."""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from data.durable import replacing, sync_folder
from data.stores.library import Library
from data.stores.vectors.flat import DamagedIndex, Floats, Ids, VectorIndex, write_index
from data.types import Generation, NoGeneration

_PIECE_CLIPS = 4096


def build(
    library: Library,
    *,
    model: str,
    weights_sha256: str,
    fingerprint: str,
    dim: int,
    pieces: Iterable[tuple[Ids, Floats]],
) -> Generation:
    """Write a new generation, without publishing it: pieces are (clip ids [N], values [N, D])."""
    library.generations.mkdir(parents=True, exist_ok=True)
    building = library.generations / f".building.{os.getpid()}.tmp"
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
        building.rename(library.generations / generation)
        sync_folder(library.generations)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return read(library, generation)


def publish(library: Library, snapshot: Generation) -> None:
    """Let `CURRENT` name this generation, in one step."""
    with replacing(library.current) as file:
        file.write(f"{snapshot.generation}\n".encode())


def current(library: Library) -> Generation:
    """The published generation. Raises NoGeneration or DamagedIndex."""
    try:
        generation = library.current.read_text().strip()
    except FileNotFoundError:
        raise NoGeneration(f"nothing is indexed in {library.folder}") from None
    except UnicodeDecodeError as error:
        raise DamagedIndex(
            f"{library.current} is damaged: `sceneseek verify --repair` names a generation anew"
        ) from error
    return read(library, generation)


def read(library: Library, generation: str) -> Generation:
    """One generation by name. Raises NoGeneration or DamagedIndex."""
    folder = library.generations / generation
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
        return Generation(
            generation=manifest["generation"],
            model=manifest["model"],
            weights_sha256=manifest["weights_sha256"],
            dim=manifest["dim"],
            fingerprint=manifest["fingerprint"],
            clip_count=manifest["clip_count"],
            created_at=datetime.fromisoformat(manifest["created_at"]),
            folder=folder,
        )
    except FileNotFoundError:
        raise NoGeneration(f"generation {generation!r} is not in {library.folder}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedIndex(f"{folder} is damaged: `sceneseek verify --repair` builds it anew") from error


def names(library: Library) -> list[str]:
    """Names of all generations that are whole, oldest first."""
    if not library.generations.is_dir():
        return []
    return sorted(folder.name for folder in library.generations.iterdir() if folder.name.isdigit())


def open_index(snapshot: Generation) -> VectorIndex:
    """The vectors of one generation, in memory. Raises DamagedIndex, and OSError."""
    return VectorIndex(snapshot.folder / "index.faiss")


def vectors_of(snapshot: Generation, ids: Ids) -> Iterator[tuple[Ids, Floats]]:
    """Pieces of what the generation holds for these clips. Raises DamagedIndex."""
    index = open_index(snapshot)
    for start in range(0, len(ids), _PIECE_CLIPS):
        piece = ids[start : start + _PIECE_CLIPS]
        yield piece, index.vectors(piece)


def clip_ids(snapshot: Generation) -> Ids:
    """The clips that one generation serves, in the order of its index. Raises DamagedIndex, and OSError."""
    try:
        ids: Ids = np.load(snapshot.folder / "clip_ids.npy", allow_pickle=False)
    except (FileNotFoundError, ValueError, EOFError) as error:
        raise DamagedIndex(f"{snapshot.folder} is damaged: `sceneseek verify --repair` builds it anew") from error
    return ids


def prune(library: Library, *, keep: int) -> list[str]:
    """Remove all but the `keep` newest generations and the published one; give what was removed."""
    serving = current(library).generation
    old = [name for name in names(library)[:-keep] if name != serving]
    remove(library, old)
    return old


def remove(library: Library, doomed: Iterable[str]) -> None:
    """Remove generations that are not served."""
    for name in doomed:
        # Out of sight first: a generation is there whole or not at all.
        leaving = library.generations / f".{name}.{os.getpid()}.tmp"
        (library.generations / name).rename(leaving)
        shutil.rmtree(leaving)


def _next_generation(library: Library) -> str:
    known = names(library)
    return f"{int(known[-1]) + 1 if known else 1:08d}"


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
