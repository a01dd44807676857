"""The embedded pair of towers at run time: ONNX Runtime and a tokenizer, nothing else."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.spec import Embedded, Floats, ModelSpec, WeightsMissing

NAME = "vlc-lite"
FOLDER = Path(__file__).parent / "weights" / "vlc-lite"
VIDEO = "video.onnx"
FILES = ("spec.json", VIDEO, "text.onnx", "tokenizer.json")

# The first maps of a frame take 5 MB each: larger batches are slower here, and memory stays bounded.
_FRAMES_AT_ONCE = 8
_TEXTS_AT_ONCE = 32


def read_spec(folder: Path = FOLDER) -> ModelSpec:
    """The pair that lies in `folder`; raises WeightsMissing naming the file that does not."""
    for name in FILES:
        if not (folder / name).is_file():
            raise WeightsMissing(f"{folder / name} is missing: reinstall, or copy it from another installation")
    facts = json.loads((folder / "spec.json").read_text(encoding="utf-8"))
    facts["mean"], facts["std"] = tuple(facts["mean"]), tuple(facts["std"])
    return ModelSpec(**facts, weights_sha256=_digest(folder))


def _digest(folder: Path) -> str:
    # Computed at each opening, not read from a file that could lie: a tenth of a second for 40 MB.
    digest = hashlib.sha256()
    for name in FILES:
        content = (folder / name).read_bytes()
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


class LiteVideoTower:
    """Frames in, clip and frame vectors out; `threads` 0 leaves the number to the runtime."""

    def __init__(self, folder: Path, spec: ModelSpec, *, threads: int = 0) -> None:
        self.spec = spec
        self._session = _session(folder / VIDEO, threads)

    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        """Any T ≥ 1; a still video and its one frame give the same vector."""
        size = self.spec.image_size
        if pixels.ndim != 5 or pixels.shape[1] < 1 or pixels.shape[2:] != (size, size, 3) or pixels.dtype != np.uint8:
            raise ValueError(f"expected uint8 pixels [B, T, {size}, {size}, 3], got {pixels.dtype} {pixels.shape}")
        step = max(1, _FRAMES_AT_ONCE // pixels.shape[1])
        parts = [self._session.run(None, {"pixels": pixels[i : i + step]}) for i in range(0, len(pixels), step)]
        if not parts:
            dim = self.spec.dim
            return Embedded(np.empty((0, dim), np.float32), np.empty((0, pixels.shape[1], dim), np.float32))
        return Embedded(np.concatenate([clips for clips, _ in parts]), np.concatenate([frames for _, frames in parts]))


class LiteTextTower:
    """Sentences in, vectors in the video tower's space out; `threads` 0 leaves the number to the runtime."""

    def __init__(self, folder: Path, spec: ModelSpec, *, threads: int = 0) -> None:
        self.spec = spec
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._session = _session(folder / "text.onnx", threads)

    def encode(self, texts: list[str]) -> Floats:
        """What is longer than the tower's 64 tokens is cut."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        vectors = np.empty((len(texts), self.spec.dim), np.float32)
        # Like lengths together: padding costs as much as words.
        by_length = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        for start in range(0, len(ids), _TEXTS_AT_ONCE):
            chosen = by_length[start : start + _TEXTS_AT_ONCE]
            vectors[chosen] = self._run([ids[i] for i in chosen])
        return vectors

    def _run(self, ids: list[list[int]]) -> Floats:
        padded = np.zeros((len(ids), max(map(len, ids))), np.int64)
        mask = np.zeros(padded.shape, np.float32)
        for row, tokens in enumerate(ids):
            padded[row, : len(tokens)], mask[row, : len(tokens)] = tokens, 1.0
        texts: Floats = self._session.run(None, {"ids": padded, "mask": mask})[0]
        return texts


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Waiting threads that spin take the cores that decoding needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
