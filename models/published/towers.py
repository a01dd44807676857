"""Torch modules behind the towers' NumPy interface."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.architectures.pixels import FromPixels
from models.spec import DeviceMissing, Embedded, Floats, ModelSpec, Runtime

_TEXTS_AT_ONCE = 256
_AUTOCAST = {"bf16": torch.bfloat16, "fp16": torch.float16}

Tokenize = Callable[[list[str]], NDArray[np.int64]]


class UnitLength(nn.Module):
    """A module's vectors, of unit length, in float32 also under autocast."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        return functional.normalize(self.module(x).float(), dim=-1)


class TorchVideoTower:
    """A module [B, T, 3, S, S] → [B, D] for each clip, or [B, 1+T, D] for the clip and each frame.

    One that gives [B, T, D], for frames only, is averaged over the clip.
    """

    def __init__(self, spec: ModelSpec, module: nn.Module, runtime: Runtime) -> None:
        self.spec = spec
        self.module = UnitLength(FromPixels(module, spec.mean, spec.std)).eval()
        self._run = Runner(self.module, runtime, compiled=runtime.compiled)

    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        """pixels [B, T, S, S, 3] RGB; a batch too large for a GPU's memory is split."""
        side = self.spec.image_size
        if pixels.dtype != np.uint8 or pixels.ndim != 5 or pixels.shape[2:] != (side, side, 3) or not pixels.shape[1]:
            raise ValueError(f"expected uint8 [B, T, {side}, {side}, 3], got {pixels.dtype} {list(pixels.shape)}")
        if not len(pixels):
            return Embedded(np.zeros((0, self.spec.dim), np.float32), None)
        vectors = in_halves(self._run, pixels)
        if vectors.ndim == 2:
            return Embedded(vectors, None)
        if vectors.shape[1] == 1 + pixels.shape[1]:
            return Embedded(vectors[:, 0], vectors[:, 1:])
        clips = vectors.mean(axis=1)
        return Embedded(clips / np.linalg.norm(clips, axis=-1, keepdims=True), vectors)


class TorchTextTower:
    """A module [B, L] → [B, D] behind its tokeniser."""

    def __init__(self, spec: ModelSpec, module: nn.Module, tokenize: Tokenize, runtime: Runtime) -> None:
        self.spec = spec
        self.tokenize = tokenize
        self.module = UnitLength(module).eval()
        # Never compiled: each length of text would be compiled anew.
        self._run = Runner(self.module, runtime, compiled=False)

    def encode(self, texts: list[str]) -> Floats:
        batches = (texts[start : start + _TEXTS_AT_ONCE] for start in range(0, len(texts), _TEXTS_AT_ONCE))
        vectors = [self._run(self.tokenize(batch)) for batch in batches]
        return np.concatenate([np.zeros((0, self.spec.dim), np.float32), *vectors])


class Runner:
    """A module on its device, in inference mode, with NumPy on both sides."""

    def __init__(self, module: nn.Module, runtime: Runtime, *, compiled: bool) -> None:
        self._device = device_named(runtime.device)
        module = module.to(self._device)
        self._call: Callable[[Tensor], Tensor] = torch.compile(module) if compiled else module
        self._dtype = _AUTOCAST.get(runtime.precision) if self._device.type != "cpu" else None

    def __call__(self, batch: NDArray[np.uint8] | NDArray[np.int64]) -> Floats:
        tensor = torch.from_numpy(np.ascontiguousarray(batch)).to(self._device)
        with torch.inference_mode(), self._autocast():
            vectors: Floats = self._call(tensor).float().cpu().numpy()
        return vectors

    def _autocast(self) -> AbstractContextManager[object]:
        return torch.autocast(self._device.type, dtype=self._dtype) if self._dtype else nullcontext()


def device_named(wanted: str) -> torch.device:
    """One of torch's, or a GPU where there is one for "auto". Raises DeviceMissing."""
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if wanted == "auto":
        return torch.device("cuda" if count else "cpu")
    device = torch.device(wanted)
    if device.type == "cuda" and (device.index or 0) >= count:
        raise DeviceMissing(f"no device {wanted} here: torch {torch.__version__} sees {count} GPUs")
    return device


def in_halves(encode: Callable[[NDArray[np.uint8]], Floats], pixels: NDArray[np.uint8]) -> Floats:
    """`encode` of the batch, or of its halves where the GPU's memory does not hold it."""
    try:
        return encode(pixels)
    except torch.OutOfMemoryError as error:
        if len(pixels) == 1:
            raise MemoryError(str(error)) from error
    # Outside the handler: the traceback would keep the failed attempt's tensors alive.
    torch.cuda.empty_cache()
    half = len(pixels) // 2
    return np.concatenate([in_halves(encode, pixels[:half]), in_halves(encode, pixels[half:])])
