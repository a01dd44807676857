"""Settings out of the environment, and the towers that they name."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from data.settings import LibrarySettings

if TYPE_CHECKING:
    from models.pair import Pair
    from models.spec import Runtime

S = TypeVar("S")


class BadSetting(ValueError):
    """A setting, of the environment or passed in its place, that cannot be."""


def settings_from(kind: Callable[..., S], **chosen: object) -> S:
    """The environment's settings, with what was `chosen` put before it; None chooses nothing. Raises BadSetting."""
    try:
        return kind(**{name: value for name, value in chosen.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(map(str, first["loc"])).upper()
        raise BadSetting(f"SCENESEEK_{name}: {first['msg']}, got {first['input']!r}") from None


def runtime_of(settings: LibrarySettings) -> "Runtime":
    """Where and how exactly the towers of torch run."""
    from models.spec import Runtime

    return Runtime(settings.device, settings.precision, settings.compiled)


def pair_named(name: str, weights: Sequence[Path], settings: LibrarySettings) -> "Pair":
    """A pair of towers by its name. Raises UnknownModel, WeightsMissing."""
    from models.registry import open_pair

    return open_pair(name, weights=tuple(weights), models_folder=settings.models, runtime=runtime_of(settings))
