"""How modules begin that nothing has trained."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from models.architectures.internvideo1 import GlobalDecoder

_TABLES = ("class_embedding", "positional_embedding", "temporal_cls_token", "mask_token", "proj", "projection")


M = TypeVar("M", bound=nn.Module)


@torch.no_grad()
def begun(build: Callable[[], M], seed: int) -> M:
    """Matrices as Glorot and Bengio (2010), tables and tokens small; decoders of the paired encoder add nothing yet."""
    torch.manual_seed(seed)
    module = build()
    for part in module.modules():
        if isinstance(part, nn.Linear):
            nn.init.xavier_uniform_(part.weight)
            _zeroed(part.bias)
        if isinstance(part, nn.Embedding):
            nn.init.normal_(part.weight, std=0.02)
    for name, parameter in module.named_parameters():
        if name.rpartition(".")[2] in _TABLES:
            nn.init.normal_(parameter, std=0.02)
    for part in module.modules():
        if isinstance(part, GlobalDecoder):
            for last in (part.attn.proj, part.mlp.fc2):
                nn.init.zeros_(last.weight)
    return module


def _zeroed(bias: Tensor | None) -> None:
    if bias is not None:
        nn.init.zeros_(bias)
