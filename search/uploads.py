"""Videos that come as queries: decoded in a process that can be ended, a few at a time."""

import tempfile
from io import BytesIO
from pathlib import Path
from threading import BoundedSemaphore

import numpy as np
from numpy.typing import NDArray

from data import media
from data.pixels import shrunk
from data.types import QueryError
from search.pictures import bytes_of
from search.thumbnails import Decoders, ThumbnailError

_FRAMES = 8
_LONGEST = 336
_TIMEOUT_S = 20.0
_SLOTS = BoundedSemaphore(2)


def film_from_base64(text: str) -> NDArray[np.uint8]:
    """[T, H, W, 3] RGB from the whole length of a video. Raises QueryError."""
    data = bytes_of(text, "video")
    with _SLOTS, tempfile.NamedTemporaryFile(prefix="sceneseek-query-") as file:
        file.write(data)
        file.flush()
        decoders = Decoders(1, _TIMEOUT_S, sampled)
        try:
            pictures: NDArray[np.uint8] = np.load(BytesIO(decoders.picture(Path(file.name), 0.0)), allow_pickle=False)
        except ThumbnailError as error:
            raise QueryError(None, f"the video can't be read: {error}") from None
        finally:
            decoders.close()
    return pictures


def sampled(path: Path, _: float) -> bytes:
    """The pictures at the midpoints of equal parts, as a NumPy file. Raises VideoError."""
    length_s = media.probe(path).duration_s
    times_s = [0.0] if length_s is None else media.midpoints(0.0, length_s, _FRAMES).tolist()
    out = BytesIO()
    np.save(out, media.frames_at(path, times_s, lambda frame: shrunk(frame, longest=_LONGEST)).pixels)
    return out.getvalue()
