"""Where things are; read from the environment (`SCENESEEK_…`) by the entry points only."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

EXACT_CLIPS = 2_000_000
"""So many clips are compared one by one in a tenth of a second, in 3 GB."""


class LibrarySettings(BaseSettings):
    """What every process that opens a library needs to know."""

    model_config = SettingsConfigDict(env_prefix="SCENESEEK_", frozen=True)

    library: Path = Path("var/library")
    """The library folder."""
    catalog: SecretStr | None = None
    """The address of the catalogue, where that is no file in the library folder."""
    vectors: SecretStr | None = None
    """The address of the server that holds the vectors and searches them, where that is not this process."""
    store: str | None = None
    """The address of the object store that keeps the shards, where that is not the library folder."""
    exact_clips: int = Field(default=EXACT_CLIPS, ge=1)
    """A library of more clips is searched by codes, and answers are approximate."""
    models: Path = Path("var/models")
    """Weights that are not shipped with the program, one folder a model."""
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    """Where the towers of torch run; auto takes a GPU where there is one."""
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    """Of the towers of torch on a GPU; the lower ones by autocast."""
    compiled: bool = False
    """Whether torch compiles its video towers, which pays in long runs."""

    @field_validator("library")
    @classmethod
    def _is_text(cls, folder: Path) -> Path:
        # What opens models and indexes takes text, and answers name the library in JSON.
        try:
            str(folder).encode()
        except UnicodeEncodeError:
            raise ValueError("its name is not UTF-8") from None
        if "\0" in str(folder):
            raise ValueError("its name holds a zero byte")
        return folder
