"""One byte range of a file (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

# Of numbers of 18 digits; what is longer is not looked at, for spaces can be divided in many ways.
_LONGEST = 64
_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes [start, end) of a file."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class Unsatisfiable(Exception):
    """The range lies outside the file: 416."""


def asked_range(header: str | None, size: int) -> ByteRange | None:
    """What `Range` asks for; None for the whole file, also where the header is not understood or asks for several.

    Raises Unsatisfiable.
    """
    match = _RANGE.fullmatch(header.strip()) if header and len(header) <= _LONGEST else None
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    elif last and int(last) < int(first):
        return None
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if start >= end:
        raise Unsatisfiable
    return ByteRange(start, end)
