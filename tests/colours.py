"""Videos whose colours are not those of an ordinary screen, made from colours that are known."""

from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from tests.media import HDR10, Picture

# ITU-R BT.2087.
_BT709_TO_BT2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])


def hdr(path: Path, pixels: Picture, *, curve: str, codec: str) -> Path:
    """Write an ordinary picture [H, W, 3] in BT.2020, white at 203 nits; `curve` is FFmpeg's name of a curve."""
    return hdr_of_light(path, (pixels / 255) ** 2.2 @ _BT709_TO_BT2020.T * 203, curve=curve, codec=codec)


def hdr_of_light(path: Path, nits: NDArray[np.float64], *, curve: str, codec: str) -> Path:
    """Write [H, W, 3] linear light in the primaries of BT.2020 for ten frames."""
    code = {"smpte2084": _pq, "arib-std-b67": _hlg, "bt2020-10": _sdr}[curve](nits)
    picture = av.VideoFrame.from_ndarray((code * 65535).round().astype(np.uint16), format="rgb48le")
    frame = picture.reformat(format="yuv420p10le", dst_colorspace=9)
    quiet = {"libx265": {"x265-params": "log-level=none"}, "libsvtav1": {"svtav1-params": "loglevel=0"}}[codec]
    with av.open(path, "w") as out:
        video = out.add_stream(codec, rate=10, options=HDR10 | {"color_trc": curve, "crf": "8"} | quiet)
        assert isinstance(video, VideoStream)
        video.width, video.height, video.pix_fmt = nits.shape[1], nits.shape[0], "yuv420p10le"
        for n in range(10):
            frame.pts = n
            out.mux(video.encode(frame))
        out.mux(video.encode())
    return path


def see_through_gif(path: Path) -> Path:
    """Write an animated GIF whose left half is never drawn and whose right half is white."""
    frames = []
    for n in range(4):
        frame = Image.new("P", (128, 96), 0)
        frame.putpalette([255, 0, 0, 255, 255, 255, 250 + n, 255, 255])
        frame.paste(1, (64, 0, 128, 96))
        frame.putpixel((127, n), 2)
        frames.append(frame)
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100, transparency=0, disposal=2)
    return path


def _sdr(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    code: NDArray[np.float64] = (nits / 203).clip(0, 1) ** (1 / 2.2)
    return code


def _pq(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """SMPTE ST 2084, from light to code."""
    power = (nits.clip(0) / 10_000) ** (2610 / 16384)
    code: NDArray[np.float64] = ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)
    return code


def _hlg(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """ITU-R BT.2100, from light of a screen of 1,000 nits to code."""
    luma = nits.clip(0) @ (0.2627, 0.678, 0.0593) / 1000
    scene = (nits.clip(0) / 1000 * luma.clip(1e-9)[..., np.newaxis] ** (1 / 1.2 - 1)).clip(0, 1)
    high = 0.17883277 * np.log((12 * scene - 0.28466892).clip(1e-6)) + 0.55991073
    code: NDArray[np.float64] = np.where(scene <= 1 / 12, np.sqrt(3 * scene), high)
    return code
