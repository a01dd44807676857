"""What an indexing run may use; read from the environment (`SCENESEEK_…`) by the command line only."""

import os
import re
from pathlib import Path

from pydantic import Field, field_validator

from data.settings import LibrarySettings

_PLACE = re.compile(r"here|local|ray://(\[[0-9A-Fa-f:.]+\]|[^\s/:@]+):\d{1,5}")


class IndexSettings(LibrarySettings):
    """Bounds of an indexing run; memory is about workers × (20 s of frames + one batch)."""

    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    """Decoding processes."""
    on: str = "here"
    """Where files are decoded and embedded: in this process's own ones, or on a cluster of Ray."""
    batch_clips: int = Field(default=8, ge=1)
    """Clips that the tower embeds at once."""
    stall_s: float = Field(default=60.0, gt=0)
    """A file that gives no picture for so long has failed."""
    decoder_memory_mb: int = Field(default=4096, ge=512)
    """Address space of one decoding process, beyond what it starts with."""
    publish_every_s: float = Field(default=300.0, gt=0)
    """How often a long run publishes what is finished."""
    settle_s: float = Field(default=0.0, ge=0)
    """Files younger than this are left for the next run."""
    include: tuple[str, ...] = ()
    """Only files that match one of these globs (path below the root, or name); all when there is none."""
    exclude: tuple[str, ...] = ()
    """Not files that match one of these globs; what was indexed of them before stays."""
    speech_model: str = Field(default="whisper-base", pattern=r"^[a-z0-9][a-z0-9.-]{0,60}$")
    """Which recogniser of speech is used, where its weights are there; `sceneseek models` lists them."""
    actions: Path | None = None
    """The folder of a recogniser that `sceneseek train` made: what it takes clips for becomes their tags."""
    keep_generations: int = Field(default=2, ge=1)
    """Generations that stay on the disk, the serving one included."""

    @field_validator("on")
    @classmethod
    def _is_a_place(cls, on: str) -> str:
        if not _PLACE.fullmatch(on):
            raise ValueError("work is done here, on local, or on ray://HEAD:10001")
        return on
