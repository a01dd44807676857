"""RapidOCR with the models of its wheel: finds lines in a picture and reads them. It asks no network."""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from data.media.pixels import Pixels
from indexer.modalities.screen.boxes import Box

DETECTOR, RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
# So many pixels are searched at once, which takes a twentieth of a second, and no side is longer.
MOST_PIXELS, LONGEST = 512 * 288, 704
# More lines than this on one picture are a page of a book.
MOST_LINES = 40
# Sides of a box: a line is not higher than wide, and what is longer than this is a pattern.
LEAST_SHAPE, MOST_SHAPE = 0.7, 60.0
_SIDE = 32
_LINE = (3, 48, 96)


class Reading(NamedTuple):
    """What a line says, and how sure that is, up to 1."""

    text: str
    score: float


class Ocr(Protocol):
    """What reads pictures [H, W, 3] RGB."""

    def find(self, picture: Pixels) -> list[Box]:
        """Where lines stand, the uppermost first; at most `MOST_LINES`."""
        ...

    def read(self, picture: Pixels, boxes: Sequence[Box]) -> list[Reading]:
        """What stands in each box."""
        ...


class NoModels(Exception):
    """RapidOCR is there without its models."""


def facts() -> dict[str, object]:
    """What decides what is read: part of the fingerprint."""
    return {
        "rapidocr": version("rapidocr"),
        "models": _hashes(),
        "bounds": [MOST_PIXELS, LONGEST, MOST_LINES, LEAST_SHAPE, MOST_SHAPE, _SIDE, *_LINE],
    }


@cache
def _hashes() -> tuple[str, ...]:
    return tuple(hashlib.sha256(_model(name).read_bytes()).hexdigest() for name in (DETECTOR, RECOGNISER))


def _model(name: str) -> Path:
    """Raises NoModels."""
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise NoModels("rapidocr is not installed")
    path = Path(spec.origin).parent / "models" / name
    if not path.is_file():
        raise NoModels(f"rapidocr {version('rapidocr')} came without {name}")
    return path


@cache
def rapid_ocr() -> "RapidOcr":
    """One for each process: it takes a second to load."""
    return RapidOcr()


class RapidOcr:
    """One thread, no arena that grows, no word on the console."""

    def __init__(self) -> None:
        import cv2
        from rapidocr import RapidOCR

        cv2.setNumThreads(1)
        threads = "EngineConfig.onnxruntime"
        self._engine: Any = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.use_cls": False,
                "Global.use_vertical_padding": False,
                f"{threads}.intra_op_num_threads": 1,
                f"{threads}.inter_op_num_threads": 1,
                # A path given is never downloaded.
                "Det.model_path": str(_model(DETECTOR)),
                "Rec.model_path": str(_model(RECOGNISER)),
                # Pictures come in the size in which they are to be searched.
                "Det.limit_type": "max",
                "Det.limit_side_len": 1 << 14,
                "Rec.rec_batch_num": 1,
                "Rec.rec_img_shape": list(_LINE),
            }
        )

    def find(self, picture: Pixels) -> list[Box]:
        from rapidocr.main import RapidOCRError

        small = _searched(picture)
        try:
            _, found = self._engine.detect_and_crop(small[:, :, ::-1], {})
        except RapidOCRError:
            return []  # that is how it says that there is none
        across, down = picture.shape[1] / small.shape[1], picture.shape[0] / small.shape[0]
        corners = found.boxes * np.array([across, down])
        boxes = [Box(*corner.min(axis=0).tolist(), *corner.max(axis=0).tolist()) for corner in corners]
        return [box for box in boxes if LEAST_SHAPE <= box.width / max(box.height, 1) <= MOST_SHAPE][:MOST_LINES]

    def read(self, picture: Pixels, boxes: Sequence[Box]) -> list[Reading]:
        if not boxes:
            return []
        read = self._engine.recognize_txt([_cut(picture, box) for box in boxes])
        return [Reading(text, float(score)) for text, score in zip(read.txts, read.scores, strict=True)]


def _searched(picture: Pixels) -> Pixels:
    """Small enough, in sides that the network can take."""
    import cv2

    height, width = picture.shape[:2]
    scale = min(1.0, LONGEST / max(height, width), (MOST_PIXELS / (height * width)) ** 0.5)
    sides = [max(_SIDE, round(length * scale / _SIDE) * _SIDE) for length in (width, height)]
    return np.asarray(cv2.resize(picture, sides, interpolation=cv2.INTER_AREA), np.uint8)


def _cut(picture: Pixels, box: Box) -> Pixels:
    """BGR, at least a pixel."""
    top, left = max(0, int(box.top)), max(0, int(box.left))
    return picture[top : max(top + 1, round(box.bottom)), left : max(left + 1, round(box.right)), ::-1]
