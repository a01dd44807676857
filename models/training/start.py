"""Begin where an exported pair ended: what was learned goes on, from the files that the program ships."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from models.training.backbone import FrozenNormConv
from models.training.export import folded
from models.training.towers import TextTower, VideoTower

_PARTS = ("early", "middle", "late", "end")
_ROLES = ("expand", "depthwise", "project", "conv")

Arrays = dict[str, NDArray[np.float32]]


@torch.no_grad()
def take_over_text(tower: TextTower, path: Path) -> None:
    """Give `tower` the weights of an exported one; raises ValueError for one that is built otherwise.

    But for the tables of words and positions, which are never tuned, and of which an exported tower keeps a part.
    """
    arrays = _named(_model(path))
    for name, table in (("words", tower.encoder.words), ("positions", tower.encoder.positions)):
        arrays[f"encoder.{name}.weight"] = table.weight.detach().numpy()
    _fill(tower, arrays, "")


@torch.no_grad()
def take_over_video(tower: VideoTower, path: Path) -> None:
    """The same for a video tower, but for its motion part, which is learned anew each time."""
    model = _model(path)
    found = _named(model)
    # A constant of one value is computed as it is exported, and a factor of one left out.
    one = np.ones((), np.float32)
    found["pooling.log_sharpness"] = np.asarray(np.log(found.get("/pooling/Exp_output_0", one)))
    found.setdefault("pooling.share", one)
    _fill(tower.pooling, found, "pooling.")
    for number, backbone in enumerate(tower.backbones):
        _fill(backbone.end.classes, found, f"backbones.{number}.end.classes.")
    convs = {node.input[2]: node.input[1] for node in model.graph.node if node.op_type == "Conv" and node.input[2:]}
    biases = sorted((bias for bias in convs if bias.startswith("backbones.")), key=_depth)
    for conv, bias in zip(_in_order(tower), biases, strict=True):
        _copy(conv.bias, torch.from_numpy(found[bias]), bias)
        _copy(conv.kernel, torch.from_numpy(found[convs[bias]]) / conv.scale, f"the kernel beside {bias}")


def _model(path: Path) -> onnx.ModelProto:
    with tempfile.TemporaryDirectory() as folder:
        return folded(path, Path(folder))


def _in_order(tower: VideoTower) -> Iterator[FrozenNormConv]:
    for backbone in tower.backbones:
        for part in (backbone.early, backbone.middle, backbone.late, backbone.end):
            yield from (module for module in part.modules() if isinstance(module, FrozenNormConv))


def _depth(bias: str) -> tuple[int, int, int, int]:
    """Where a convolution lies, wherever its pair drew the line between late and end."""
    _, backbone, part, *between, role, _ = bias.split(".")
    block = next((int(word) for word in between if word.isdigit()), 0)
    return int(backbone), _PARTS.index(part), block, _ROLES.index(role)


def _named(model: onnx.ModelProto) -> Arrays:
    """The constants of a graph; a matrix that lost its name in the export is known by the bias that follows it."""
    arrays = {tensor.name: np.array(numpy_helper.to_array(tensor)) for tensor in model.graph.initializer}
    products = {node.output[0]: node.input[1] for node in model.graph.node if node.op_type == "MatMul"}
    for node in model.graph.node:
        product = next((products[name] for name in node.input if name in products), None)
        bias = next((name for name in node.input if name.endswith(".bias")), None)
        if node.op_type == "Add" and product in arrays and bias is not None:
            arrays[f"{bias.removesuffix('.bias')}.weight"] = arrays[product].T
    return arrays


def _fill(part: nn.Module, arrays: Arrays, prefix: str) -> None:
    for name, parameter in part.named_parameters():
        if prefix + name not in arrays:
            raise ValueError(f"the pair to start from has no {prefix + name}")
        _copy(parameter, torch.from_numpy(arrays[prefix + name]), prefix + name)


def _copy(parameter: Tensor, value: Tensor, name: str) -> None:
    if value.shape != parameter.shape:
        raise ValueError(f"{name}: expected {tuple(parameter.shape)}, got {tuple(value.shape)}")
    parameter.copy_(value)
