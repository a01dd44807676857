"""Recorded outputs of the original classes, kept small."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

FOLDER = Path(__file__).parent
CASES = sorted(path.parent.name for path in FOLDER.glob("*/io.safetensors"))
Keys = dict[str, dict[str, list[int]]]


def _keys(folder: Path) -> Keys:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


KEYS = _keys(FOLDER / "keys")
# Of files that were fine-tuned to tell actions apart.
HEADS = _keys(FOLDER / "keys" / "heads")
VOCABULARY = 49408


def weights(case: str) -> dict[str, Tensor]:
    """The published tensors, with token tables of full size."""
    state = load_file(FOLDER / case / "weights.safetensors")
    for name in [name for name in state if name.endswith(".rows")]:
        rows, row_ids = state.pop(name), state.pop(name.replace(".rows", ".row_ids"))
        table = torch.zeros(VOCABULARY, rows.shape[1])
        table[row_ids] = rows
        state[name.removesuffix(".rows")] = table
    return state


def archive(state: Mapping[str, Tensor], path: Path) -> Path:
    """These tensors as an .npz, as Flax's weights are published."""
    arrays: dict[str, Any] = {name: tensor.numpy() for name, tensor in state.items()}
    np.savez(path, **arrays)
    return path


def restore(case: str, into: Path) -> Path:
    """The case's folder below `into`, in its full form."""
    folder = into / case
    shutil.copytree(FOLDER / case, folder)
    if (folder / "weights.safetensors").exists():
        save_file(weights(case), folder / "weights.safetensors")
    return folder
