"""What collections are called: each segment of a library has one, which generations share as they share segments."""

import secrets

from data.durable import replacing
from data.stores.library import Library

_NOTE = "VECTORS"


def prefix_of(library: Library) -> str | None:
    """What the names of this library's collections begin with; None before there are any."""
    try:
        prefix, _, whose = (library.folder / _NOTE).read_text().strip().partition(" ")
    except FileNotFoundError:
        return None
    return prefix if whose == _whose(library) else None


def new_prefix(library: Library) -> str:
    """The same; one that no other library has, where it has none."""
    known = prefix_of(library)
    if known is not None:
        return known
    prefix = f"sceneseek_{secrets.token_hex(4)}_"
    with replacing(library.folder / _NOTE) as file:
        file.write(f"{prefix} {_whose(library)}\n".encode())
    return prefix


def _whose(library: Library) -> str:
    """The folder itself: a copy of it is another library, and must not clear away what this one needs."""
    return str(library.folder.stat().st_ino)
