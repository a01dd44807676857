"""Any model of open_clip, frame by frame, its vectors averaged over a clip."""

import difflib
import importlib.metadata
import pickle
import re
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.pair import Pair
from models.published.cards import CLIP_MEAN, CLIP_STD, given, weights_sha256
from models.published.shortcuts import OPENCLIP, SHORTCUTS
from models.published.towers import Tokenize, TorchTextTower, TorchVideoTower
from models.spec import BadWeights, ExtraMissing, ModelSpec, Resize, Runtime, UnknownModel, WeightsMissing

_FRAMES_PER_CLIP = 8
_RESIZES: dict[str, Resize] = {"shortest": "crop", "squash": "squash"}
# What open_clip raises on files that are not the model's.
_MISFITS = (RuntimeError, OSError, LookupError, ValueError, AssertionError, AttributeError, pickle.UnpicklingError)
_CONTROL = re.compile(r"<\|?(start_of_text|startoftext|end_of_text|endoftext)\|?>|</?s>|<(pad|eos|bos)>", re.IGNORECASE)


def open_openclip_pair(name: str, *, weights: tuple[Path, ...], models_folder: Path, runtime: Runtime) -> Pair:
    """`openclip:<arch>/<pretrained>`, or a short name; tokeniser and preprocessing are open_clip's own."""
    open_clip = _open_clip()
    arch, tag = _parsed(open_clip, name, own_weights=bool(weights))
    files = given(weights) or (_downloaded(open_clip, arch, tag, models_folder / "openclip"),)
    if len(files) != 1:
        raise BadWeights(f"{name} takes one file of weights, got {len(files)}")
    spec = _spec(open_clip, name, arch, tag, files[0])
    load = partial(_loaded, open_clip, arch, tag, files[0])
    return Pair(
        spec,
        lambda: TorchVideoTower(spec, _Images(load()), runtime),
        lambda: TorchTextTower(spec, _Texts(load()), _tokenizer(open_clip, arch), runtime),
        files=(),
        weights=files,
    )


def fetch_openclip(name: str, models_folder: Path) -> tuple[Path, ...]:
    """Its weights, downloaded unless they are there. Raises UnknownModel, WeightsMissing, ExtraMissing."""
    open_clip = _open_clip()
    arch, tag = _parsed(open_clip, name, own_weights=False)
    return (_downloaded(open_clip, arch, tag, models_folder / "openclip"),)


class _Images(nn.Module):
    """open_clip's image encoder over the frames of clips: [B, T, 3, S, S] → [B, T, D]."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model: Any = model

    def forward(self, frames: Tensor) -> Tensor:
        return self.model.encode_image(frames.flatten(0, 1)).unflatten(0, frames.shape[:2])


class _Texts(nn.Module):
    """open_clip's text encoder: [B, L] → [B, D]."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model: Any = model

    def forward(self, ids: Tensor) -> Tensor:
        return self.model.encode_text(ids)


def _open_clip() -> ModuleType:
    try:
        import open_clip
    except ModuleNotFoundError as e:
        raise ExtraMissing("open_clip_torch", extra="openclip") from e
    except RuntimeError as e:
        versions = " and ".join(f"{name} {importlib.metadata.version(name)}" for name in ("torch", "torchvision"))
        reason = f"does not load beside {versions} ({str(e).splitlines()[0]}), which must be builds of one release"
        raise ExtraMissing("open_clip_torch", extra="openclip", reason=reason) from e
    return open_clip


def _parsed(open_clip: ModuleType, name: str, *, own_weights: bool) -> tuple[str, str]:
    if name in SHORTCUTS:
        return SHORTCUTS[name].arch, SHORTCUTS[name].tag
    arch, _, tag = name.removeprefix(OPENCLIP).partition("/")
    if arch not in (archs := open_clip.list_models()):
        raise UnknownModel(f"unknown model {name!r}; the nearest are: {_near(arch, archs, 'openclip:{}/…')}")
    tags = open_clip.list_pretrained_tags_by_model(arch)
    if not tag or (tag not in tags and not own_weights):
        near = _near(tag, tags, f"openclip:{arch}/{{}}") or "none without --weights FILE"
        raise UnknownModel(f"unknown model {name!r}; the nearest are: {near}")
    return arch, tag


def _near(word: str, known: list[str], form: str) -> str:
    return ", ".join(form.format(near) for near in difflib.get_close_matches(word, known, n=3, cutoff=0.0))


def _downloaded(open_clip: ModuleType, arch: str, tag: str, folder: Path) -> Path:
    try:
        return Path(open_clip.download_pretrained(open_clip.get_pretrained_cfg(arch, tag), cache_dir=str(folder)))
    except (OSError, RuntimeError, httpx.HTTPError) as e:
        reason = str(e).strip().split("\n", 1)[0]
        raise WeightsMissing(f"no weights of openclip:{arch}/{tag}: {reason} Or give --weights FILE") from e


def _spec(open_clip: ModuleType, name: str, arch: str, tag: str, file: Path) -> ModelSpec:
    sizes: dict[str, Any] = open_clip.get_model_config(arch)
    pixels: dict[str, Any] = open_clip.get_pretrained_cfg(arch, tag)
    checksum = weights_sha256([file])
    return ModelSpec(
        name=name,
        revision=checksum[:12],
        dim=sizes["embed_dim"],
        frames_per_clip=_FRAMES_PER_CLIP,
        image_size=sizes["vision_cfg"].get("image_size", 224),
        mean=tuple(pixels.get("mean") or CLIP_MEAN),
        std=tuple(pixels.get("std") or CLIP_STD),
        resize=_RESIZES[pixels.get("resize_mode") or "shortest"],
        interpolation=pixels.get("interpolation") or "bicubic",
        weights_sha256=checksum,
        licence=SHORTCUTS[name].licence if name in SHORTCUTS else "the model's own",
    )


def _loaded(open_clip: ModuleType, arch: str, tag: str, file: Path) -> nn.Module:
    quick = bool(open_clip.get_pretrained_cfg(arch, tag).get("quick_gelu"))
    try:
        model: nn.Module = open_clip.create_model(
            arch, pretrained=str(file), force_quick_gelu=quick, pretrained_text=False
        )
    except _MISFITS as e:
        raise BadWeights(f"{file}: no weights of {arch}: {e}") from e
    if any(not torch.isfinite(tensor).all() for tensor in model.state_dict().values()):
        raise BadWeights(f"{file}: it holds numbers that are none, or infinite")
    return model


def _tokenizer(open_clip: ModuleType, arch: str) -> Tokenize:
    tokenizer = open_clip.get_tokenizer(arch)

    def tokenize(texts: list[str]) -> NDArray[np.int64]:
        # A control token written out in a text would end the sentence where it stands.
        plain = [_CONTROL.sub(" ", text.encode("utf-8", "replace").decode()) for text in texts]
        ids: NDArray[np.int64] = tokenizer(plain).numpy()
        return ids

    return tokenize
