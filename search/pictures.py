"""Pictures that come from outside, decoded with limits."""

import base64
import binascii
import warnings
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from data.pixels import on_black
from data.types import QueryError

MAX_BYTES = 10_000_000
MAX_PIXELS = 50_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
# No tower looks at more; what is larger is shrunk while it is decoded, where the format can.
_LONGEST = 1024


def from_base64(text: str) -> NDArray[np.uint8]:
    """[H, W, 3] RGB, upright. Raises QueryError."""
    return decoded(bytes_of(text, "image"))


def bytes_of(text: str, what: str) -> bytes:
    """Raises QueryError where it is no base64, or too much."""
    if len(text) > MAX_BYTES * 4 // 3 + 4:
        raise QueryError(None, f"the {what} is larger than {MAX_BYTES} bytes")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise QueryError(None, f"the {what} is not base64") from None
    if len(data) > MAX_BYTES:
        raise QueryError(None, f"the {what} is larger than {MAX_BYTES} bytes")
    return data


def decoded(data: bytes) -> NDArray[np.uint8]:
    """[H, W, 3] RGB, upright. Raises QueryError."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise QueryError(None, f"the image has {image.width}×{image.height} pixels, the limit is {MAX_PIXELS}")
            image.draft("RGB", (_LONGEST, _LONGEST))
            return _upright_rgb(image)
    except (UnidentifiedImageError, Image.DecompressionBombError):
        raise QueryError(None, f"the image is none of {', '.join(_FORMATS)}") from None
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError) as error:
        raise QueryError(None, f"the image is damaged: {error}") from None


def _upright_rgb(image: Image.Image) -> NDArray[np.uint8]:
    upright = on_black(ImageOps.exif_transpose(image))
    upright.thumbnail((_LONGEST * 2, _LONGEST * 2))
    return np.asarray(upright)
