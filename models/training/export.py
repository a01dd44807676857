"""Torch towers → ONNX with weights stored in 8 bits, computed in 32."""

import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper
from torch import Tensor, nn

from models.spec import Floats

OPSET = 17
# Numbers in a tensor from which storing it in fewer bits is worth the nodes that restore it. The first kernels are
# small, and do not bear 8 bits.
_WORTH_HALVING, _WORTH_BYTES = 1_024, 16_384
_LEAST_SCALE = 2.0**-20


def export_video(tower: nn.Module, path: Path, *, image_size: int) -> None:
    """Input `pixels` uint8 [B, T, S, S, 3]; outputs `clips` [B, D] and `frames` [B, T, D]."""
    pixels = torch.zeros(2, 3, image_size, image_size, 3, dtype=torch.uint8)
    moving = {"pixels": {0: "B", 1: "T"}, "clips": {0: "B"}, "frames": {0: "B", 1: "T"}}
    _save(_traced(tower, (pixels,), ["pixels"], ["clips", "frames"], moving), path)


def export_text(tower: nn.Module, path: Path) -> None:
    """Inputs `ids` int64 and `mask` float [N, L]; output `texts` [N, D]."""
    moving = {"ids": {0: "N", 1: "L"}, "mask": {0: "N", 1: "L"}, "texts": {0: "N"}}
    example = torch.ones(2, 5, dtype=torch.long), torch.ones(2, 5)
    _save(_traced(tower, example, ["ids", "mask"], ["texts"], moving), path)


def runtime_of(part: nn.Module, example: Tensor) -> Callable[[Tensor], Tensor]:
    """The same on ONNX Runtime, which computes frozen convolutions several times faster than torch on a CPU."""
    model = _traced(part, (example,), ["x"], ["y"], {"x": {0: "N"}, "y": {0: "N"}})
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return lambda x: torch.from_numpy(session.run(None, {"x": x.contiguous().numpy()})[0])


def _traced(
    part: nn.Module,
    example: tuple[Tensor, ...],
    inputs: list[str],
    outputs: list[str],
    moving: dict[str, dict[int, str]],
) -> ModelProto:
    """In 32 bits, with what is constant computed and paddings fused."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The exporter that traces is the one that keeps a moving batch size through reshapes.
        warnings.simplefilter("ignore")
        raw = Path(folder) / "raw.onnx"
        torch.onnx.export(
            part.eval(),
            example,
            raw,
            dynamo=False,
            opset_version=OPSET,
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=moving,
        )
        model = folded(raw, Path(folder))
    fuse_pads(model)
    return model


def _save(model: ModelProto, path: Path) -> None:
    store_small(model)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def folded(path: Path, folder: Path) -> ModelProto:
    """The model with all that is constant computed: also what is stored small is float32 then; works in `folder`."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(folder / "folded.onnx")
    onnxruntime.InferenceSession(path, options)
    return onnx.load(folder / "folded.onnx")


def fuse_pads(model: ModelProto) -> None:
    """Give each convolution behind a constant zero padding that padding as its own.

    The runtime leaves a Pad in the blocked layout's way: two reorders of a large map each, a third of the tower's time.
    """
    graph = model.graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    pads = {n.output[0]: n for n in graph.node if n.op_type == "Pad" and n.input[1] in constants}
    for conv in [n for n in graph.node if n.op_type == "Conv" and n.input[0] in pads]:
        pad = pads[conv.input[0]]
        _set_padding(conv, numpy_helper.to_array(constants[pad.input[1]]))
        conv.input[0] = pad.input[0]
    _drop_unused(graph)


def _drop_unused(graph: GraphProto) -> None:
    # Two backbones share the padding of their pictures: it goes when neither reads it.
    read = {name for node in graph.node for name in node.input}
    nodes = [node for node in graph.node if node.op_type != "Pad" or node.output[0] in read]
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in graph.node for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def _set_padding(conv: NodeProto, pads: np.ndarray) -> None:
    kept = [a for a in conv.attribute if a.name != "pads"]
    before, after = pads[2:4], pads[6:8]
    del conv.attribute[:]
    conv.attribute.extend([*kept, helper.make_attribute("pads", [int(p) for p in (*before, *after)])])


def store_small(model: ModelProto) -> None:
    """Large float tensors become 8 bits with a scale for each row, or column where they multiply, others float16.

    What turns them back into float32 is part of the graph, and the runtime folds it as it loads.
    """
    restoring: list[NodeProto] = []
    # A column of what rows are multiplied by makes one output, as a row of a table or a kernel does elsewhere.
    by_column = {node.input[1] for node in model.graph.node if node.op_type == "MatMul"}
    for tensor in list(model.graph.initializer):
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < _WORTH_HALVING:
            continue
        if values.size >= _WORTH_BYTES and values.ndim > 1:
            axes = (0,) if tensor.name in by_column else tuple(range(1, values.ndim))
            restoring += _as_bytes(model.graph, tensor, values, axes)
        else:
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
            restoring.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = [*restoring, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _as_bytes(graph: GraphProto, tensor: TensorProto, values: Floats, axes: tuple[int, ...]) -> list[NodeProto]:
    """One scale for what lies along `axes`."""
    name = tensor.name
    # What the rounded scale is off by, the bytes make up for.
    scale = (np.abs(values).max(axis=axes, keepdims=True) / 127).clip(_LEAST_SCALE).astype(np.float16)
    in_bytes = np.round(values / scale).clip(-127, 127).astype(np.int8)
    tensor.CopyFrom(numpy_helper.from_array(in_bytes, f"{name}_bytes"))
    graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale_half"))
    return [
        helper.make_node("Cast", [f"{name}_bytes"], [f"{name}_wide"], to=TensorProto.FLOAT),
        helper.make_node("Cast", [f"{name}_scale_half"], [f"{name}_scale"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{name}_wide", f"{name}_scale"], [name]),
    ]
