"""Colours as an ordinary screen shows them: HDR (PQ, HLG) and wide gamuts brought to BT.709.

Libswscale undoes matrix and range of YUV, and leaves curve and primaries as they are.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, Colorspace, ColorTrc
from numpy.typing import NDArray

Codes = NDArray[np.uint16]
Light = NDArray[np.float32]
ToScreen = Callable[[Codes], NDArray[np.uint8]]
"""From [H, W, 3] R'G'B' of 16 bits to 8 bits for the screen."""
Curve = Literal["screen", "pq", "hlg"]

_CURVES: dict[int, Curve] = {ColorTrc.SMPTE2084: "pq", ColorTrc.ARIB_STD_B67: "hlg"}
# The chromaticities of red, green and blue (ITU-R BT.709 and BT.2020, SMPTE EG 432-1); white is D65 in all three.
_XY = {
    int(ColorPrimaries.BT709): ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    int(ColorPrimaries.BT2020): ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    int(ColorPrimaries.SMPTE432): ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
_D65_XY = (0.3127, 0.3290)
_BT2020_LUMA = np.array([0.2627, 0.6780, 0.0593], np.float32)

# What white paper has in HDR (ITU-R BT.2408); brighter are lamps and reflections only.
_WHITE_NITS = 203.0
_PEAK_NITS = 1000.0
_HLG_GAMMA = 1.2
# Up to here, of white, light stays as it is; the rest of the scale is for all that is brighter.
_KNEE = 0.85
_SCREEN_GAMMA = 2.2

# By their numbers in ITU-T H.273; libswscale refuses a picture with another (YCgCo, ICtCp, reserved ones).
_MATRICES = {1, 4, 5, 6, 7, 9}
_LARGEST_SD = (1279, 576)


def matrix_of(frame: av.VideoFrame) -> int:
    """The matrix that made its YUV; where the file does not say, what players take (libswscale: always BT.601)."""
    if frame.colorspace in _MATRICES:
        return frame.colorspace
    if frame.color_primaries == ColorPrimaries.BT2020:
        return Colorspace.BT2020
    is_hd = frame.width > _LARGEST_SD[0] or frame.height > _LARGEST_SD[1]
    return Colorspace.ITU709 if is_hd else Colorspace.ITU601


def to_screen(frame: av.VideoFrame) -> ToScreen | None:
    """What turns its colours into a screen's; None where they are that already."""
    curve = _CURVES.get(frame.color_trc, "screen")
    # HDR without a word on its primaries has those of its standard, BT.2100.
    usual = ColorPrimaries.BT709 if curve == "screen" else ColorPrimaries.BT2020
    primaries = frame.color_primaries if frame.color_primaries in _XY else int(usual)
    return None if (curve, primaries) == ("screen", ColorPrimaries.BT709) else _mapping(curve, primaries)


@lru_cache(maxsize=8)
def _mapping(curve: Curve, primaries: int) -> ToScreen:
    light_of, code_of = _light_of(curve), _code_of()
    to_bt709 = (np.linalg.inv(_to_xyz(ColorPrimaries.BT709)) @ _to_xyz(primaries)).astype(np.float32)

    def mapped(codes: Codes) -> NDArray[np.uint8]:
        light = light_of[codes.reshape(-1, 3).T]
        if curve == "hlg":
            light *= _hlg_gain(_BT2020_LUMA @ light)
        light = to_bt709 @ light
        if curve != "screen":
            light *= _below_white(np.maximum.reduce(light))
        np.clip(light, 0, 1, out=light)
        return code_of[(light * 65535).astype(np.uint16)].T.reshape(codes.shape)

    return mapped


def _light_of(curve: Curve) -> Light:
    """[65536] linear light of every code: 1 is white (HLG's is of the scene: 1 is its peak)."""
    code = np.arange(65536, dtype=np.float64) / 65535
    light: NDArray[np.float64]
    if curve == "pq":  # SMPTE ST 2084
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        power = code ** (1 / m2)
        light = (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1) * (10_000 / _WHITE_NITS)
    elif curve == "hlg":  # ITU-R BT.2100
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        light = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    else:
        light = code**_SCREEN_GAMMA
    return light.astype(np.float32)


def _code_of() -> NDArray[np.uint8]:
    """[65536] what a screen is sent for linear light."""
    return np.rint(255 * (np.arange(65536) / 65535) ** (1 / _SCREEN_GAMMA)).astype(np.uint8)


def _hlg_gain(luma: Light) -> Light:
    """From light of the scene to light of a screen of 1,000 nits, by the pixel's brightness."""
    gain = np.maximum(luma, np.float32(1e-6)) ** (_HLG_GAMMA - 1) * (_PEAK_NITS / _WHITE_NITS)
    return gain.astype(np.float32)


def _below_white(brightest: Light) -> Light:
    """By how much to darken a pixel whose brightest colour has such light: the peak becomes white, smoothly.

    Reinhard et al., "Photographic tone reproduction for digital images", SIGGRAPH 2002, equation 4, above the knee.
    """
    peak = (_PEAK_NITS / _WHITE_NITS - _KNEE) / (1 - _KNEE)
    above = np.maximum((brightest - _KNEE) / (1 - _KNEE), 0)
    shown = _KNEE + (1 - _KNEE) * above * (1 + above / peak**2) / (1 + above)
    factor: Light = np.where(above > 0, shown / np.maximum(brightest, _KNEE), 1).astype(np.float32)
    return factor


def _to_xyz(primaries: int) -> NDArray[np.float64]:
    """[3, 3] from linear RGB to CIE XYZ (SMPTE RP 177)."""
    columns = np.array([_xyz(*xy) for xy in _XY[primaries]]).T
    matrix: NDArray[np.float64] = columns * np.linalg.solve(columns, _xyz(*_D65_XY))
    return matrix


def _xyz(x: float, y: float) -> NDArray[np.float64]:
    return np.array([x / y, 1.0, (1 - x - y) / y])
