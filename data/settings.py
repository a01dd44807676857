"""Where things are; read from the environment (`SCENESEEK_…`) by the entry points only."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class LibrarySettings(BaseSettings):
    """What every process that opens a library needs to know."""

    model_config = SettingsConfigDict(env_prefix="SCENESEEK_", frozen=True)

    library: Path = Path("var/library")
    """The library folder."""
    models: Path = Path("var/models")
    """Weights that are not shipped with the program, one folder a model."""
