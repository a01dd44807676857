"""Which files of a walk are wanted."""

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Chosen:
    """Glob patterns on the path below the root or on the name; one that fits a folder excludes all of it."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def why_not(self, path: bytes) -> str | None:
        """None when the file is wanted."""
        text = os.fsdecode(path)
        for pattern in self.exclude:
            if _matches(text, pattern) or any(_fits_folder(folder, pattern) for folder in _above(text)):
                return f"excluded by {pattern}"
        if self.include and not any(_matches(text, pattern) for pattern in self.include):
            return f"not among {', '.join(self.include)}"
        return None

    def leaves_out(self, folder: bytes) -> bool:
        """Whether nothing below this folder is wanted, so that it need not be entered."""
        text = os.fsdecode(folder)
        return any(_fits_folder(text, pattern) for pattern in self.exclude)


def _matches(path: str, pattern: str) -> bool:
    return fnmatchcase(path, pattern) or fnmatchcase(posixpath.basename(path), pattern)


def _fits_folder(folder: str, pattern: str) -> bool:
    """`raw` fits a folder `raw`; `raw/*` and `raw/` fit all that is in it."""
    return _matches(folder, pattern) or (pattern.endswith(("/", "*")) and fnmatchcase(f"{folder}/", pattern))


def _above(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        yield path
