"""Weights from published files into our towers, strictly."""

import pickle
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from models.published.layouts import Layout
from models.spec import BadWeights

State = dict[str, Tensor]
_WRAPPERS = ("state_dict", "model", "module", "model_state")
_SHOWN = 4
# Lightning keeps records of itself beside the weights; they are left out, and none of its code runs.
_TRAINERS = ("pytorch_lightning.", "lightning.", "argparse.Namespace")
# What the readers of the three formats raise on bytes that make no sense.
_MALFORMED = (
    *(RuntimeError, OSError, EOFError, ValueError, LookupError, AttributeError, TypeError, MemoryError),
    *(SafetensorError, zipfile.BadZipFile, zlib.error),
)
# Trained numbers hardly shrink when they are compressed: what grows more than this on being read is a trap.
_MOST_GROWTH, _GROWN_ANYHOW = 4, 64 << 20
_MOST_LAYERS = 1000


def read(path: Path) -> State:
    """The tensors of a file, out of whatever wraps them; nothing in it is ever run."""
    path.open("rb").close()  # A file that isn't there or may not be read is no malformed one.
    try:
        content = _READERS.get(path.suffix, _unpickle)(path)
    except _MALFORMED as e:
        raise BadWeights(f"{path} can't be read, it is cut off or of another kind: {_first_line(e)}") from e
    state = _unwrapped(content)
    if not state:
        raise BadWeights(f"{path} holds no tensors by name, but {_described(content)}")
    return state


def merged(paths: Sequence[Path]) -> State:
    """The tensors of several files as one; the same name may stand twice only if the second is of a delta.

    A delta (InternVideo2-CLIP) is known by its temperature and wins over the files that it was trained upon.
    """
    whole: State = {}
    for path, state in sorted(((path, read(path)) for path in paths), key=lambda file: "temp" in file[1]):
        if (twice := whole.keys() & state.keys()) and "temp" not in state:
            raise BadWeights(f"{path} repeats tensors of another file: {_listed(sorted(twice))}")
        whole |= state
    return whole


def fill(model: nn.Module, layout: Layout, state: Mapping[str, Tensor], source: str) -> None:
    """Make `state` the model's parameters, in float32; every name and shape must fit, every number be finite."""
    fill_with(model, renamed(layout, state), source)


def fill_with(model: nn.Module, fitted: Mapping[str, Tensor], source: str) -> None:
    """The same for a state under our names; raises BadWeights."""
    if problem := difference(model, fitted):
        raise BadWeights(f"{source}: {problem}")
    if bad := [name for name, tensor in fitted.items() if not torch.isfinite(tensor).all()]:
        raise BadWeights(f"{source}: not a number, or infinite, in {_listed(bad)}")
    # What counts batches is no number to be rounded.
    state = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in fitted.items()}
    model.load_state_dict(state, strict=True, assign=True)


def renamed(layout: Layout, state: Mapping[str, Tensor]) -> State:
    """The same tensors under our names and in our shapes."""
    ours = _by_layer({name: state[theirs] for theirs, name in layout.names(state).items()})
    for name in layout.inflate:
        if name in ours and ours[name].ndim == 4:
            ours[name] = ours[name].unsqueeze(2)
    for name in layout.squeeze:
        while name in ours and ours[name].ndim > 2 and ours[name].shape[0] == 1:
            ours[name] = ours[name].squeeze(0)
    for pattern, form in layout.forms:
        ours |= {name: form(tensor) for name, tensor in ours.items() if re.search(pattern, name)}
    return _joined(ours, *layout.join) if layout.join else ours


def _by_layer(ours: State) -> State:
    """With the tensors of each layer instead of one for all of a stack."""
    single: State = {}
    for name, tensor in ours.items():
        if "*" in name and tensor.ndim and len(tensor) <= _MOST_LAYERS:
            single |= {name.replace("*", str(number)): layer for number, layer in enumerate(tensor)}
        else:
            single[name] = tensor
    return single


def _joined(ours: State, whole: str, parts: Sequence[str]) -> State:
    """With one tensor of those that differ in these parts of their names; where one is missing all stay."""
    for name in [name for name in ours if parts[0] in name]:
        names = [name.replace(parts[0], part) for part in parts]
        shapes = {ours[each].shape if each in ours else None for each in names}
        if len(shapes) == 1:
            ours[name.replace(parts[0], whole)] = torch.cat([ours.pop(each) for each in names])
    return ours


def difference(model: nn.Module, ours: Mapping[str, Tensor]) -> str:
    """In words what is missing, unexpected or of another shape; empty when all fits."""
    want = {name: list(tensor.shape) for name, tensor in model.state_dict().items()}
    shapes = {name: list(tensor.shape) for name, tensor in ours.items()}
    parts = {
        "missing": [name for name in want if name not in shapes],
        "unexpected": [name for name in shapes if name not in want],
        "of another shape": [
            f"{name} {shapes[name]} instead of {shape}"
            for name, shape in want.items()
            if shapes.get(name, shape) != shape
        ],
    }
    return "; ".join(f"{len(names)} {kind}: {_listed(names)}" for kind, names in parts.items() if names)


class _Ignored:
    """Stands where a trainer's own record stood; takes anything and does nothing."""

    def __init__(self, *_: object) -> None:
        pass

    def __setstate__(self, state: object) -> None:
        pass


def _unpickle(path: Path) -> object:
    names = _foreign_names(path)
    records = [name for name in names if name.startswith(_TRAINERS)]
    if len(records) < len(names):
        foreign = _listed(sorted(set(names) - set(records)))
        raise BadWeights(f"{path} is refused: besides tensors it holds {foreign}, which could run code when read")
    with torch.serialization.safe_globals([(_Ignored, name) for name in records]):
        try:
            return torch.load(path, map_location="cpu", weights_only=True)
        except pickle.UnpicklingError as e:
            raise BadWeights(f"{path} is refused: it is no file of tensors ({_first_line(e)})") from e


def _arrays(path: Path) -> State:
    """The arrays of an .npz, which may hold no objects."""
    with zipfile.ZipFile(path) as archive:
        grown = sum(entry.file_size for entry in archive.infolist())
    if grown > max(_MOST_GROWTH * path.stat().st_size, _GROWN_ANYHOW):
        raise BadWeights(f"{path} is refused: it would grow to {grown} bytes when read")
    with np.load(path, allow_pickle=False) as arrays:
        return {name: torch.from_numpy(arrays[name]) for name in arrays.files}


_READERS: dict[str, Callable[[Path], object]] = {".safetensors": load_file, ".npz": _arrays}


def _foreign_names(path: Path) -> list[str]:
    """What the file would import; nothing where its format does not tell, which reading it then refuses."""
    try:
        return torch.serialization.get_unsafe_globals_in_checkpoint(path)
    except (*_MALFORMED, pickle.UnpicklingError):
        return []


def _unwrapped(content: object) -> State:
    if not isinstance(content, Mapping):
        return {}
    for key in _WRAPPERS:
        if isinstance(content.get(key), Mapping):
            return _unwrapped(content[key])
    state = {name: value for name, value in content.items() if isinstance(value, Tensor)}
    wrapped = bool(state) and all(name.startswith("module.") for name in state)  # by DistributedDataParallel
    return {name.removeprefix("module."): value for name, value in state.items()} if wrapped else state


def _described(content: object) -> str:
    if isinstance(content, Mapping):
        return f"a mapping of {_listed(str(key) for key in content)}"
    return f"a {type(content).__name__}"


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0] or type(error).__name__
