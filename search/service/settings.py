"""What the service is told from outside; read by `create_app` and the command line only."""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, field_validator

from data.settings import LibrarySettings

MAIN = "main"
"""What the library is called that needs no name."""

LibraryName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]


class LibraryPlace(BaseModel, frozen=True, extra="forbid"):
    """Where another library is."""

    library: Path
    catalog: SecretStr | None = None
    vectors: SecretStr | None = None
    store: str | None = None


def _place_of(said: Any) -> Any:
    """A folder by itself is enough."""
    return {"library": said} if isinstance(said, str | Path) else said


class ServiceSettings(LibrarySettings):
    """A library, others beside it, and who may ask for them."""

    libraries: dict[LibraryName, Annotated[LibraryPlace, BeforeValidator(_place_of)]] = Field(default_factory=dict)
    """Others by name, each a folder, or a folder and the addresses of its catalogue, vectors and shards."""
    api_key: SecretStr | None = None
    """Callers must send it as a bearer token; it also signs the addresses of videos and thumbnails."""
    address_lifetime_s: int = Field(default=6 * 3600, gt=0)
    """How long a signed address works, at least."""
    public_url: str | None = None
    """The service's address as browsers reach it: without a key it answers to that name and this machine's only."""
    thumbnail_cache_bytes: int = Field(default=256 << 20, ge=0)
    """How much of the disk thumbnails and strips may take; the least recently used go first."""
    thumbnail_timeout_s: float = Field(default=60.0, gt=0)
    """A picture that takes longer to decode is given up, with its process; one far from a key frame takes long."""
    # Of a page a browser asks for six at a time, and each of them takes up to two cores.
    thumbnail_workers: int = Field(default_factory=lambda: min(max((os.cpu_count() or 1) // 2, 2), 6), gt=0)
    """How many pictures are decoded at a time."""
    # One of a whole film must not keep those under the pointer waiting.
    strip_workers: int = Field(default=2, gt=0)
    """How many strips of pictures are made at a time, beside those."""
    proxy_cache_bytes: int = Field(default=1 << 30, ge=0)
    """How much of the disk copies for browsers may take; the least recently used go first."""
    proxy_timeout_s: float = Field(default=60.0, gt=0)
    """A part of a copy that takes longer to make is given up, and its process with it."""
    proxy_workers: int = Field(default=1, gt=0)
    """How many parts of copies are made at a time."""
    export_bytes: int = Field(default=10 << 30, gt=0)
    """How much of the disk what is handed over may take; the oldest goes first."""

    places: tuple[Path, ...] | None = None
    """Folders whose folders may be added to the library from the page; by default the home folder of whoever runs the
    service, and none where a key is set, since then others can reach it."""

    @field_validator("libraries")
    @classmethod
    def _are_others(cls, places: dict[str, LibraryPlace]) -> dict[str, LibraryPlace]:
        if MAIN in places:
            raise ValueError(f"{MAIN} is SCENESEEK_LIBRARY's name")
        return places

    @property
    def key(self) -> str | None:
        """The key in clear; an empty one counts as none."""
        return self.api_key.get_secret_value() or None if self.api_key else None
