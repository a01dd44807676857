"""Names and texts of people as lists, tables and file systems may hold them."""

import re
from urllib.parse import quote_from_bytes

from data.remote.opening import is_address
from data.stores.catalog.collections import Pick

# Control characters, ends of lines and paragraphs, what turns the direction of reading, and what is no character.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+")
# Of no file on any system.
_NO_FILE = re.compile(r'[/\\:*?"<>|]+')
_LONGEST_BYTES = 120
# A cell that begins so is a formula for a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def one_line(text: str) -> str:
    """On one line, without what no list may hold."""
    return " ".join(_UNSAFE.sub(" ", text).split())


def file_name(text: str, *, longest_bytes: int = _LONGEST_BYTES) -> str:
    """What any file system takes for a name, `Sceneseek` where nothing is left; without an ending."""
    name = _NO_FILE.sub("_", one_line(text)).strip(". ")
    cut = name.encode()[:longest_bytes].decode(errors="ignore").strip(". ")
    return cut or "Sceneseek"


def cell(text: str) -> str:
    """One that no spreadsheet calculates."""
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA) else line


def file_url(path: bytes, host: str = "") -> str:
    """The address of a file, whatever bytes its name is of; of what has one already, that."""
    if is_address(path):
        # Those of web servers are encoded already.
        return quote_from_bytes(path, safe=":/%" if path.startswith(b"http") else ":/")
    return f"file://{host}{quote_from_bytes(path)}"


def said_of(pick: Pick) -> str:
    """What a moment is called: what was asked for, else what was noted, else nothing."""
    return one_line(pick.query or pick.note)


def reel_name(stem: str, taken: set[str]) -> str:
    """Of letters that any edit list takes, 32 at most, and of no other file."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", stem).strip("_").upper()[:32] or "AX"
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name[: 31 - len(str(number))]}_{number}"
    return found
