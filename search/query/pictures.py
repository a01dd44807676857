"""Pictures that come from outside, decoded with limits; `work` is for a sandbox."""

import base64
import binascii
import warnings
from collections.abc import Iterator
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from data.media.pixels import on_black
from data.sandbox.process import Beat
from data.types import QueryError

MAX_BYTES = 10_000_000
MAX_PIXELS = 4096 * 4096
# A phone's JPEG is shrunk while it is decoded.
MAX_JPEG_PIXELS = 50_000_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
# No tower looks at more; what is larger is shrunk while it is decoded, where the format can.
_LONGEST = 1024


def work(_: Beat, data: bytes) -> Iterator[NDArray[np.uint8]]:
    """What a sandbox does with one picture."""
    yield decoded(data)


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
    """[H, W, 3] RGB, upright, no side above 1024; of several pictures the first. Raises QueryError."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(BytesIO(data), formats=_FORMATS) as image:
            limit = MAX_JPEG_PIXELS if isinstance(image, JpegImageFile) else MAX_PIXELS
            if image.width * image.height > limit:
                raise QueryError(None, f"the image has {image.width}×{image.height} pixels, the limit is {limit}")
            image.draft("RGB", (_LONGEST, _LONGEST))
            return _upright_rgb(image)
    except Image.DecompressionBombError:
        raise QueryError(None, f"the image has too many pixels, the limit is {MAX_PIXELS}") from None
    except UnidentifiedImageError:
        raise QueryError(None, f"the image is none of {', '.join(_FORMATS)}") from None
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise QueryError(None, f"the image is damaged: {error}") from None


def _upright_rgb(image: Image.Image) -> NDArray[np.uint8]:
    upright = on_black(ImageOps.exif_transpose(image))
    upright.thumbnail((_LONGEST, _LONGEST))
    return np.asarray(upright)
