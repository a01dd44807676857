"""A recogniser on disk: its facts beside its weights; and weights that others published."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from safetensors.torch import save_file
from torch import Tensor, nn

from models.architectures.internvideo1 import PairedRecogniser
from models.architectures.pixels import FromPixels
from models.architectures.videomae import MaskedRecogniser
from models.published import layouts
from models.published.cards import given
from models.published.checkpoints import fill_with, read, renamed
from models.published.layouts import Layout
from models.recognition.facts import Facts, built
from models.recognition.tables import filled
from models.spec import BadWeights

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

F = TypeVar("F")

FACTS, WEIGHTS = "facts.json", "weights.safetensors"
# Of a language pair's file: its video tower alone.
_TOWER = ("clip.", "visual.", "visual_", "vision.")


def save(folder: Path, facts: "DataclassInstance", module: nn.Module) -> None:
    """Replaces what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    state = core_of(module).state_dict().items()
    save_file({name: tensor.cpu().contiguous() for name, tensor in state}, folder / WEIGHTS)
    (folder / FACTS).write_text(json.dumps(asdict(facts), indent=1) + "\n", encoding="utf-8")


def facts_in(folder: Path, kind: type[F]) -> F:
    """Raises BadWeights where nothing of that kind was saved."""
    try:
        return filled(kind, json.loads((folder / FACTS).read_text(encoding="utf-8")))
    except (OSError, ValueError) as e:
        raise BadWeights(f"{folder} holds nothing that `train` made of this kind ({e})") from e


def load(folder: Path) -> tuple[Facts, nn.Module]:
    """A recogniser that `save` wrote, in eval(); raises BadWeights."""
    facts = facts_in(folder, Facts)
    return facts, filled_from(built(facts), folder)


def filled_from(module: nn.Module, folder: Path) -> nn.Module:
    """The module with the weights that `save` wrote, in eval(); raises BadWeights."""
    weights = folder / WEIGHTS
    fill_with(core_of(module), read(weights), str(weights))
    return module.eval()


def core_of(module: nn.Module) -> nn.Module:
    """What has weights, without what makes frames out of bytes around it."""
    return module.inner if isinstance(module, FromPixels) else module


def take_over(module: MaskedRecogniser | PairedRecogniser, path: Path, *, new_head: bool) -> None:
    """Give the module the weights of a published file, or of its own kind; raises BadWeights and WeightsMissing.

    A file with a head is one that was fine-tuned, and has to fit in all it holds, unless a `new_head` is wanted. Of one
    without (pretrained by masks, or a language pair's), everything below the head has to fit.
    """
    state = read(*given([path]))
    theirs = renamed(_layout(module, state), state)
    own = module.state_dict()
    if "head.weight" in theirs and not new_head:
        _check_head(theirs["head.weight"], own["head.weight"], path)
    else:
        theirs = {name: tensor for name, tensor in theirs.items() if not name.startswith("head.")}
        heads = ("head.", "fc_norm.") if "fc_norm.weight" not in theirs else ("head.",)
        theirs |= {name: tensor for name, tensor in own.items() if name.startswith(heads)}
    fill_with(module, theirs, str(path))


def _layout(module: nn.Module, state: Mapping[str, Tensor]) -> Layout:
    if isinstance(module, MaskedRecogniser):
        return layouts.VIDEOMAE_ACTIONS
    return layouts.INTERNVIDEO1_VIDEO if any(name.startswith(_TOWER) for name in state) else layouts.UNIFORMERV2


def _check_head(theirs: Tensor, ours: Tensor, path: Path) -> None:
    if theirs.shape[0] != ours.shape[0]:
        raise BadWeights(
            f"{path}: its head tells {theirs.shape[0]} classes apart, here are {ours.shape[0]}; "
            "take another set, or new_head = true to learn a head"
        )
