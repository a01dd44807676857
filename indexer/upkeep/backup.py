"""A copy of a library in one file, taken while it is searched and indexed."""

import io
import tarfile
import tempfile
from pathlib import Path

from data.durable import replacing
from data.stores import generations
from data.stores.catalog import open_catalog, views
from data.stores.library import Library
from data.stores.unplaced import note_of
from data.types import NoGeneration


class BackupRefused(Exception):
    """There is no folder for the backup, or something in its place."""


def backup(library: Library, file: Path, *, overwrite: bool = False) -> int:
    """Write a tar file that unpacks to a library with the generation served now; its size in bytes.

    Raises BackupRefused.
    """
    if not file.parent.is_dir():
        raise BackupRefused(f"{file.parent}: no such folder")
    if file.is_dir() or (file.exists() and not overwrite):
        raise BackupRefused(f"{file}: is there already" + ("" if file.is_dir() else "; --overwrite replaces it"))
    with library.keeping(), tempfile.TemporaryDirectory() as folder, replacing(file) as out:
        try:
            served = generations.current(library)
        except NoGeneration:
            served = None
        # After the generation was named: the copy knows its clips.
        catalog = Path(folder) / "catalog.db"
        shards = _copy_catalog(library, catalog)
        with tarfile.open(fileobj=out, mode="w") as archive:
            archive.add(catalog, "catalog.db")
            generation = generations.files_of(library, served) if served else []
            notes = [note for note in [note_of(library)] if note.exists()]
            for path in (*shards, *library.towers_kept(), *generation, *notes):
                archive.add(path, str(path.relative_to(library.folder)))
            if served:
                line = f"{served.generation}\n".encode()
                entry = tarfile.TarInfo("CURRENT")
                entry.size = len(line)
                archive.addfile(entry, io.BytesIO(line))
    return file.stat().st_size


def _copy_catalog(library: Library, copy: Path) -> list[Path]:
    """Copy it as it is at one moment, and give the shards that it knows."""
    catalog = open_catalog(library.catalog_at)
    try:
        catalog.copy_to(copy)
    finally:
        catalog.close()
    copied = open_catalog(copy)
    paths = [library.shard(fingerprint, video_id) for video_id, fingerprint in views.embeddings(copied)]
    copied.close()
    there = zip(paths, library.shards.present(paths), strict=True)
    return [library.shards.here(path) for path, is_there in there if is_there]
