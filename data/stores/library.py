"""Where a library keeps what, and who may write to it."""

import json
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from data.durable import replacing
from data.settings import EXACT_CLIPS, LibrarySettings
from data.stores import binding
from data.stores.catalog.engines.database import Database, LockName
from data.stores.catalog.engines.registry import database_at
from data.stores.locks import GRACE_S, is_locked, locked, owner_of
from data.stores.shards.kept import Shards, shards_of
from data.types import LibraryBusy


@dataclass(frozen=True, slots=True)
class Library:
    """The paths below one library folder, and addresses of what others keep: catalogue, vectors, shards.

    Of more than `exact_clips` in it, large segments are searched by codes.
    """

    folder: Path
    address: str | None = None
    vectors_at: str | None = None
    store: str | None = None
    exact_clips: int = EXACT_CLIPS

    @classmethod
    def of(cls, settings: LibrarySettings) -> "Library":
        """The one that the settings name."""
        catalog, vectors = (each and each.get_secret_value() for each in (settings.catalog, settings.vectors))
        return cls(settings.library, catalog or None, vectors or None, settings.store or None, settings.exact_clips)

    @property
    def settings(self) -> dict[str, str]:
        """What tells a program of ours, beside the folder, which library it is."""
        addresses = {"CATALOG": self.address, "VECTORS": self.vectors_at, "STORE": self.store}
        return {f"SCENESEEK_{name}": address or "" for name, address in addresses.items()}

    @property
    def catalog(self) -> Path:
        """The file that it is in by default."""
        return self.folder / "catalog.db"

    @property
    def catalog_at(self) -> Path | str:
        """Where the catalogue is. Raises OtherCatalogue or OtherStore where the folder says another address."""
        binding.check(self.folder, self.catalog, self.address)
        binding.check_store(self.folder, self.store)
        return self.catalog if self.address is None else self.address

    @property
    def catalog_name(self) -> str:
        """What a person calls that place."""
        return database_at(self.catalog_at).place

    @property
    def generations(self) -> Path:
        return self.folder / "snapshots"

    @property
    def segments(self) -> Path:
        """The clips and vectors that generations share."""
        return self.folder / "segments"

    @property
    def samples(self) -> Path:
        """Clips that stand for a whole library, which generations share as well."""
        return self.folder / "samples"

    @property
    def current(self) -> Path:
        return self.folder / "CURRENT"

    @property
    def thumbs(self) -> Path:
        return self.folder / "thumbs"

    @property
    def calibration(self) -> Path:
        """What searches compute of a generation or a pair, and can compute again."""
        return self.folder / "calibration"

    @property
    def proxies(self) -> Path:
        """Below `thumbs`: all of that is the service's, and whoever tidies a library leaves it alone."""
        return self.thumbs / "proxies"

    @property
    def exports(self) -> Path:
        """What a service hands over, until it is fetched; the service's own as well."""
        return self.folder / "exports"

    @property
    def vectors(self) -> Path:
        """Where all shards lie, by fingerprint, or copies of them."""
        return self.folder / "vectors"

    @property
    def shards(self) -> Shards:
        """Where they are kept. Raises BadAddress."""
        return shards_of(self.vectors, self.store)

    def shard(self, fingerprint: str, video_id: str) -> Path:
        """Where the vectors of one video lie."""
        return self.vectors / f"{fingerprint}/{video_id[:2]}/{video_id}.npz"

    def towers(self, fingerprint: str) -> Path:
        """Where the copy of the embedded pair that made one fingerprint lies."""
        return self.folder / "towers" / fingerprint

    def towers_kept(self) -> list[Path]:
        """Every such copy."""
        folder = self.folder / "towers"
        return sorted(folder.iterdir()) if folder.is_dir() else []

    def weights(self, fingerprint: str) -> tuple[Path, ...]:
        """Where the weights that made one fingerprint lie, where that is known and they are all still there."""
        try:
            files = tuple(map(Path, json.loads(self._weights_note(fingerprint).read_bytes())))
        except (FileNotFoundError, ValueError):
            return ()
        return files if all(file.is_file() for file in files) else ()

    def remember_weights(self, fingerprint: str, files: Sequence[Path]) -> None:
        """Say where they lie."""
        path = self._weights_note(fingerprint)
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(json.dumps([str(each.absolute()) for each in files]).encode())

    def forget_weights(self, *, but: set[str]) -> None:
        """Remove what is noted of other fingerprints."""
        for note in (self.folder / "weights").glob("*.json"):
            if note.stem not in but:
                note.unlink()

    def _weights_note(self, fingerprint: str) -> Path:
        return self.folder / "weights" / f"{fingerprint}.json"

    def shadow(self) -> str | None:
        """The fingerprint that a change of model is filling beside the one that is served."""
        try:
            return (self.folder / "SHADOW").read_text().strip()
        except FileNotFoundError:
            return None

    def set_shadow(self, fingerprint: str | None) -> None:
        """Say which fingerprint that is, or that the change is done."""
        if fingerprint is None:
            (self.folder / "SHADOW").unlink(missing_ok=True)
            return
        with replacing(self.folder / "SHADOW") as file:
            file.write(f"{fingerprint}\n".encode())

    @property
    def exists(self) -> bool:
        """Whether it has a catalogue. Raises as `catalog_at`, and CatalogueUnavailable."""
        if isinstance(place := self.catalog_at, Path):
            return place.is_file()
        with closing(database_at(place)) as database:
            return binding.noted_in(self.folder) is not None and database.exists

    @property
    def has_lost_its_catalogue(self) -> bool:
        """Whether there are vectors, but nothing that says what they are of."""
        return not self.exists and self.shards.has_any()

    def bytes_used(self) -> int:
        """Size of all files below, in bytes."""
        return bytes_below(self.folder)

    @contextmanager
    def writing(self, *, wait: bool = False) -> Iterator[None]:
        """Hold the library's lock; whoever drops it, the kernel or a server, does so with the process: none is stale.

        Raises LibraryBusy when another process holds it, on whatever machine, unless `wait`.
        """
        binding.check(self.folder, self.catalog, self.address)
        binding.check_store(self.folder, self.store)
        if self.store is not None:
            binding.bind_store(self.folder, self.store, self.shards)
        if self.address is not None:
            binding.bind(self.folder, self.address)
        with self._held("lock", wait_s=math.inf if wait else GRACE_S) as is_mine:
            if not is_mine:
                raise LibraryBusy(f"{self.folder} is being written by {self._writer()}")
            yield

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """While this lasts no writer removes a shard or a generation; any number may hold it."""
        with self._held("keep", shared=True, wait_s=math.inf):
            yield

    def removing(self) -> AbstractContextManager[bool]:
        """Whether shards and generations may be removed now: not while somebody is `keeping` them."""
        return self._held("keep")

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While this lasts no other program watches this library's folders. Raises LibraryBusy where one does."""
        with self._held("watch.lock", wait_s=GRACE_S) as is_mine:
            if not is_mine:
                raise LibraryBusy(f"the folders of {self.folder} are being watched by another program")
            yield

    def is_being_written(self) -> bool:
        """Whether a live process holds the lock now."""
        return self._is_held("lock")

    def is_watched(self) -> bool:
        """Whether a live process watches its folders now."""
        return self._is_held("watch.lock")

    @contextmanager
    def _held(self, name: LockName, *, shared: bool = False, wait_s: float = 0.0) -> Iterator[bool]:
        """The folder's lock, and with it that of a catalogue which other machines use, too."""
        with locked(self.folder / name, shared=shared, wait_s=wait_s) as here, self._asking() as database:
            if not here or database is None:
                yield here
                return
            with database.locked(name, shared=shared, wait_s=wait_s) as everywhere:
                yield everywhere

    def _is_held(self, name: LockName) -> bool:
        if is_locked(self.folder / name):
            return True
        with self._asking() as database:
            return database is not None and database.lock_holder(name) is not None

    def _writer(self) -> str:
        with self._asking() as database:
            elsewhere = database.lock_holder("lock") if database else None
        return elsewhere or f"process {owner_of(self.folder / 'lock')}"

    @contextmanager
    def _asking(self) -> Iterator[Database | None]:
        """The catalogue's database, None for a file in the folder."""
        if self.address is None:
            yield None
            return
        with closing(database_at(self.address)) as database:
            yield database


def bytes_below(folder: Path) -> int:
    """Size of all files below a folder, none when it is not there; one that vanishes meanwhile counts nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).lstat().st_size
            except FileNotFoundError:
                continue
    return total
