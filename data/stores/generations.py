"""Generations: immutable lists of segments, made beside the serving one and swapped in atomically."""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from data.durable import remove_folder, replacing, sync_file, sync_folder
from data.stores.library import Library
from data.stores.vectors import segments
from data.stores.vectors.held import ARRAYS, MODALITY, Held, arrays_of, segments_of
from data.stores.vectors.segments import write_columns
from data.stores.vectors.store import DamagedIndex
from data.types import Generation, NoGeneration, PublishedModality

FORMAT = 2
_ENGINE = "flat"


class Maker(Protocol):
    """Whose vectors a generation holds: a model's spec says it, and so does a generation of that model."""

    @property
    def model(self) -> str: ...
    @property
    def weights_sha256(self) -> str: ...
    @property
    def dim(self) -> int: ...


def write(
    library: Library, maker: Maker, fingerprint: str, held: Held, others: Mapping[str, str] = MappingProxyType({})
) -> Generation:
    """A new generation of what is held, without publishing it; `others` are fingerprints of further modalities."""
    visual = PublishedModality(fingerprint, _ENGINE, segments_of(held.parts), held.sample, held.stamp)
    name = _next_name(library)
    facts = {
        "model": maker.model,
        "weights_sha256": maker.weights_sha256,
        "dim": maker.dim,
        "fingerprint": fingerprint,
        "clip_count": len(held),
    }
    manifest = {
        "format": FORMAT,
        "generation": name,
        **facts,
        "created_at": datetime.now(UTC).isoformat(),
        "modalities": {
            MODALITY: {**facts, **asdict(visual)},
            **{other: asdict(PublishedModality(print_)) for other, print_ in others.items()},
        },
    }
    with _building(library) as folder:
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
        sync_file(folder / "manifest.json")
        write_columns(folder / ARRAYS, **arrays_of(held))
        sync_folder(folder)
        folder.rename(library.generations / name)
        sync_folder(library.generations)
    return read(library, name)


def publish(library: Library, generation: Generation) -> None:
    """Let `CURRENT` name this generation, in one step."""
    with replacing(library.current) as file:
        file.write(f"{generation.generation}\n".encode())


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
            modalities=_modalities(manifest),
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


def files_of(library: Library, generation: Generation) -> list[Path]:
    """Everything on the disk that it needs, files and folders."""
    listed = generation.modalities.values()
    shared = [library.segments / name for each in listed for name in each.segments]
    samples = [library.samples / f"{each.sample}.npz" for each in listed if each.sample]
    return [*generation.folder.iterdir(), *shared, *samples]


def prune(library: Library, *, keep: int) -> list[str]:
    """Remove all but the `keep` newest generations and the published one; give what was removed."""
    serving = current(library).generation
    old = [name for name in names(library)[:-keep] if name != serving]
    remove(library, old)
    return old


def remove(library: Library, doomed: Iterable[str]) -> None:
    """Remove generations that are not served."""
    for name in doomed:
        remove_folder(library.generations / name)


def unlisted(library: Library) -> list[Path]:
    """Segments and samples that no generation needs; none while it can't be told what one of them needs."""
    try:
        kept = [each for name in names(library) for each in read(library, name).modalities.values()]
    except (NoGeneration, DamagedIndex):
        return []
    listed = {name for each in kept for name in each.segments}
    samples = {f"{each.sample}.npz" for each in kept}
    found = [library.segments / name for name in segments.names(library) if name not in listed]
    whole = library.samples.glob("[!.]*.npz") if library.samples.is_dir() else ()
    return found + sorted(file for file in whole if file.name not in samples)


def remove_unlisted(library: Library) -> None:
    """What no generation needs goes; the caller may remove (`Library.removing`)."""
    for path in unlisted(library):
        if path.parent == library.segments:
            remove_folder(path)
        else:
            path.unlink()


def _modalities(manifest: Mapping[str, Any]) -> dict[str, PublishedModality]:
    return {
        name: PublishedModality(
            each["fingerprint"], each["engine"], tuple(each["segments"]), each["sample"], each["stamp"]
        )
        for name, each in manifest.get("modalities", {}).items()
    }


@contextmanager
def _building(library: Library) -> Iterator[Path]:
    library.generations.mkdir(parents=True, exist_ok=True)
    folder = library.generations / f".building.{os.getpid()}.tmp"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _next_name(library: Library) -> str:
    known = names(library)
    return f"{int(known[-1]) + 1 if known else 1:08d}"
