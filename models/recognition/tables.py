"""Dataclasses out of tables of TOML or JSON, every key and every kind of value checked."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def filled(kind: type[T], table: object) -> T:
    """An object of `kind`; raises ValueError that names the key."""
    if not isinstance(table, Mapping):
        raise ValueError(f"expected a table, got {table!r}")  # noqa: TRY004  as for all else that is wrong there
    hints = get_type_hints(kind)
    known = {each.name: each for each in fields(kind)}  # type: ignore[arg-type]
    if unknown := [key for key in table if key not in known]:
        raise ValueError(f"unknown: {', '.join(map(str, unknown))}; known: {', '.join(known)}")
    needed = [name for name, each in known.items() if each.default is MISSING and each.default_factory is MISSING]
    if missing := [name for name in needed if name not in table]:
        raise ValueError(f"missing: {', '.join(missing)}")
    return kind(**{key: _value(hints[key], value, key) for key, value in table.items()})


def _value(hint: Any, value: object, key: str) -> object:
    if isinstance(hint, UnionType):
        if value is None:
            return None
        (hint,) = (each for each in get_args(hint) if each is not NoneType)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise ValueError(f"{key}: expected a list, got {value!r}")
        return tuple(_value(get_args(hint)[0], each, key) for each in value)
    if is_dataclass(hint):
        return _nested(hint, value, key)
    return _plain(hint, value, key)


def _nested(hint: Any, value: object, key: str) -> object:
    try:
        return filled(hint, value)
    except ValueError as e:
        raise ValueError(f"{key}: {e}") from e


def _plain(hint: Any, value: object, key: str) -> object:
    if hint is Path and isinstance(value, str):
        return Path(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise ValueError(f"{key}: expected {hint.__name__}, got {value!r}")
    return value
