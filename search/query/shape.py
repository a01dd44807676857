"""The shape of a JSON document that was sent: how deep, how wide, and whether its text is text."""

from typing import Any

from search.query.tree import MAX_DEPTH

# A node of a query is an object, and a list of its parts.
_MAX_DEPTH = 2 * MAX_DEPTH + 4
_MAX_VALUES = 5000


def check_shape(document: Any, *, most: int = _MAX_VALUES) -> None:
    """Raises ValueError where it is nested too deep, holds more than `most` values, or text that UTF-8 can't say."""
    left, level = most, [document]
    for _ in range(_MAX_DEPTH):
        inside: list[Any] = []
        for value in level:
            inside += _inside(value)
            if len(inside) > left:
                raise ValueError(f"more than {most} values")
        if not inside:
            return
        left, level = left - len(inside), inside
    raise ValueError("nested too deep")


def _inside(value: Any) -> list[Any]:
    """What a value holds, keys among it. Raises ValueError for text that is none."""
    if isinstance(value, str):
        _check_text(value)
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _check_text(value: str) -> None:
    try:
        if not value.isascii():
            value.encode()
    except UnicodeEncodeError:
        raise ValueError("half of a surrogate pair is no text") from None
