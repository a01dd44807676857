"""Towers of torch as ONNX files: bytes of pixels, or token ids, in; vectors of unit length out."""

import warnings
from pathlib import Path
from typing import TypedDict

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import nn

from models.pair import Pair
from models.published.recorded import relative_error
from models.published.towers import TorchTextTower, TorchVideoTower
from models.spec import BadInput

# Two runtimes order their sums differently; over 24 layers that is a few 1e-6.
TOLERANCE = 1e-4
_OPSET = 18
_SENTENCES = ["a dog runs through the snow", "two people cook", "a longer sentence, to see that lengths may differ"]

Array = NDArray[np.uint8] | NDArray[np.int64]


class Exported(TypedDict):
    """A written file and how far it is from torch, relative to the largest number."""

    file: str
    max_rel_err: float
    ok: bool


def export(pair: Pair, folder: Path) -> dict[str, Exported]:
    """`video.onnx` (pixels uint8 [B, T, S, S, 3], T fixed) and `text.onnx` (ids int64 [B, L]), both checked.

    BadInput for a pair that is none of torch's (the embedded one is ONNX already).
    """
    video, text = pair.video(), pair.text()
    if not isinstance(video, TorchVideoTower) or not isinstance(text, TorchTextTower):
        raise BadInput(f"{pair.spec.name} is no model of torch; its files are {', '.join(map(str, pair.files))}")
    folder.mkdir(parents=True, exist_ok=True)
    shape = (3, pair.spec.frames_per_clip, pair.spec.image_size, pair.spec.image_size, 3)
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    ids = text.tokenize(_SENTENCES)
    return {
        "video": _export(video.module.cpu(), "pixels", pixels, folder / "video.onnx", free_axes=1),
        "text": _export(text.module.cpu(), "ids", ids, folder / "text.onnx", free_axes=2),
    }


def _export(module: nn.Module, name: str, batch: Array, file: Path, *, free_axes: int) -> Exported:
    free = dict.fromkeys(range(free_axes), torch.export.Dim.DYNAMIC)
    with warnings.catch_warnings():
        # torch's own exporter uses what torch has deprecated.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            (torch.from_numpy(batch[:2]),),
            file,
            dynamo=True,
            external_data=False,
            verbose=False,
            opset_version=_OPSET,
            input_names=[name],
            output_names=["vectors"],
            dynamic_shapes=(free,),
        )
    return compared(file, module, name, batch)


def compared(file: Path, module: nn.Module, name: str, batch: Array) -> Exported:
    """The file's answers against the module's, for one row and for all, so that a baked-in size shows."""
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    worst = 0.0
    for rows in (batch[:1], batch):
        with torch.inference_mode():
            ours = module(torch.from_numpy(rows))
        worst = max(worst, relative_error(torch.from_numpy(session.run(None, {name: rows})[0]), ours))
    return Exported(file=str(file), max_rel_err=worst, ok=worst <= TOLERANCE)
