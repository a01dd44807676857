"""Arrays in an uncompressed npz file: read whole, proven by their checksums, or in part, where they lie."""

import math
import os
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

# NumPy's header of an array ends within it.
_HEAD_BYTES = 1024
# As it describes an array of numbers.
_HEADER = re.compile(rb"\{'descr': '([<|][iuf]\d+)', 'fortran_order': False, 'shape': \(([\d, ]*)\), *\} *\n")

# What zipfile and NumPy raise over bytes that are not what was written. Lack of memory says nothing of the bytes, so
# every size is compared with the file's before that much is asked for.
SIGNS_OF_DAMAGE = (
    ValueError,
    TypeError,
    KeyError,
    EOFError,
    RuntimeError,
    ArithmeticError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an array lies in the file."""

    offset: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]

    def rows(self, file: int, first: int, count: int) -> NDArray[Any]:
        """Some rows of it; raises ValueError where it or the file ends too early."""
        if first + count > self.shape[0]:
            raise ValueError(f"it holds {self.shape[0]} clips, not {first + count}")
        size = self.dtype.itemsize * math.prod(self.shape[1:])
        read = os.pread(file, count * size, self.offset + first * size)
        return np.frombuffer(read, self.dtype).reshape(count, *self.shape[1:])


class Arrays:
    """The arrays of an open file. Whatever is asked of it may raise SIGNS_OF_DAMAGE."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._archive = file, zipfile.ZipFile(file)
        self._size_bytes = os.fstat(file.fileno()).st_size
        # The last 22 bytes of a ZIP tell how many members it has; zipfile itself does not look.
        (count,) = struct.unpack_from("<H", os.pread(file.fileno(), 22, max(0, self._size_bytes - 22)), 10)
        if count != len(self._archive.namelist()):
            raise ValueError(f"it lists {len(self._archive.namelist())} of {count} arrays")

    @property
    def names(self) -> set[str]:
        return {name.removesuffix(".npy") for name in self._archive.namelist()}

    def whole(self, name: str) -> NDArray[Any]:
        """An array whose bytes are what was written; it can't be written to."""
        member = self._member(name)
        read = self._archive.read(member)  # raises BadZipFile where the checksum is another
        if len(read) != member.compress_size:
            raise EOFError(f"{name} ends after {len(read)} of {member.compress_size} bytes")
        start = 10 + struct.unpack_from("<H", read, 8)[0]
        dtype, shape = _kind_of(read[:start])
        return np.frombuffer(read, dtype, offset=start).reshape(shape)

    def place(self, name: str) -> Place:
        """Where an array lies, by a header that fits its size; its values are not looked at."""
        member = self._member(name)
        head = os.pread(self._file.fileno(), _HEAD_BYTES, member.header_offset)
        # A local file header of ZIP, then NumPy's magic (8 bytes), the length of its header (2), and that.
        magic = 30 + sum(struct.unpack_from("<HH", head, 26))
        values = magic + 10 + struct.unpack_from("<H", head, magic + 8)[0]
        place = Place(member.header_offset + values, *_kind_of(head[magic:values]))
        if values - magic + place.dtype.itemsize * math.prod(place.shape) != member.file_size:
            raise ValueError(f"{name} is not of {member.file_size} bytes")
        return place

    def _member(self, name: str) -> zipfile.ZipInfo:
        member = self._archive.getinfo(f"{name}.npy")
        if member.compress_type != zipfile.ZIP_STORED or member.compress_size != member.file_size:
            raise ValueError(f"{name} is compressed")
        if member.header_offset < 0 or member.header_offset + member.compress_size > self._size_bytes:
            raise ValueError(f"{name} ends beyond the file")
        return member


# Parsing costs more than reading, and many arrays are of one shape. NumPy's own parser evaluates what it finds.
@lru_cache(maxsize=4096)
def _kind_of(header: bytes) -> tuple[np.dtype[Any], tuple[int, ...]]:
    found = _HEADER.fullmatch(header, 10)
    if found is None:
        raise ValueError(f"{header[:80]!r} does not describe an array")
    dtype, shape = found.groups()
    return np.dtype(dtype.decode()), tuple(int(length) for length in shape.split(b",") if length.strip())
