"""Captions in a pickle, as MSVD has them, read without running anything that it asks for."""

import io
import pickle
from pathlib import Path
from typing import NoReturn

from data.manifests import ManifestError

_MOST_BYTES = 64 << 20
# Captions of a video, words of a caption, letters of a word.
_MOST = 200

Captions = dict[str, list[list[str]]]


# The one in C makes room for as many objects as the highest number that a pickle gives one.
class _Plain(pickle._Unpickler):
    """Lists, dictionaries and strings need no name looked up; whatever does is refused."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def captions_of(file: Path) -> Captions:
    """Of each video its captions, and of those their words. Raises ManifestError."""
    try:
        with file.open("rb") as opened:
            data = opened.read(_MOST_BYTES + 1)
    except OSError as e:
        raise ManifestError(f"{file}: can't be read ({e})") from e
    if len(data) > _MOST_BYTES:
        raise ManifestError(f"{file}: more than {_MOST_BYTES >> 20} MiB, and the captions of MSVD are less")
    read = _plain(data, file)
    if not isinstance(read, dict):
        raise ManifestError(f"{file}: expected a dictionary of captions, got {type(read).__name__}")
    return read


def sentences(captions: Captions, video: str, file: Path) -> tuple[str, ...]:
    """A video's captions with their words joined. Raises ManifestError."""
    its = captions.get(video)
    if its is None:
        raise ManifestError(f"{file}: no captions of {video!r}")
    # One list may stand in many places of a pickle, so that a small file says much.
    if not isinstance(its, list) or len(its) > _MOST or not all(_is_caption(one) for one in its):
        raise ManifestError(f"{file}: the captions of {video!r} are no lists of words")
    return tuple(" ".join(words) for words in its)


def _is_caption(words: object) -> bool:
    if not isinstance(words, list) or len(words) > _MOST:
        return False
    return all(isinstance(word, str) and len(word) <= _MOST for word in words)


def _plain(data: bytes, file: Path) -> object:
    try:
        # Pickles of Python 2 have strings of bytes.
        return _Plain(io.BytesIO(data), encoding="utf-8", errors="replace").load()
    except MemoryError:
        raise
    except Exception as e:
        # An unpickler raises whatever it stumbles over.
        raise ManifestError(f"{file}: no pickle of captions alone ({e})") from e
