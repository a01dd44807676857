"""Recipes in TOML: what is trained, from what, how long."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from models.recognition.tables import filled
from models.spec import BadInput

T = TypeVar("T")


class RecipeError(BadInput):
    """A recipe that can't be followed; the message names the file and what is wrong."""


def facts_of(path: Path) -> dict[str, Any]:
    """What the file says; raises RecipeError for what is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise RecipeError(f"{path}: {e}") from e


def recipe_of(kind: type[T], facts: Mapping[str, Any], path: Path) -> T:
    """The recipe as an object of that kind; raises RecipeError for what is missing, unknown or can't be."""
    try:
        return filled(kind, facts)
    except ValueError as e:
        raise RecipeError(f"{path}: {e}") from e
