"""Weights of the size that trained ones have, under the names of the published files."""

from pathlib import Path

import sentencepiece
import torch
from safetensors.torch import save_file

from models.bank.sentences import queries
from models.published.families import FAMILIES
from models.published.pieces import plain
from models.published.shortcuts import SHORTCUTS
from tests import goldens

_DEVIATION = 0.02
# What can be learned of the queries' words, letters and all.
_WORDS = 480


def random_weights(name: str, folder: Path) -> list[Path]:
    """What the model of that name takes, at full size, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    if name in SHORTCUTS:
        return [_of_openclip(SHORTCUTS[name].arch, folder / f"{name}.pt")]
    generator = torch.Generator().manual_seed(1)
    state = {
        key: torch.randn(shape, generator=generator) * _DEVIATION + (is_factor(key) and key.endswith("weight"))
        for key, shape in goldens.KEYS[name].items()
    }
    if not (pieces := FAMILIES[name].pieces):
        save_file(state, folder / f"{name}.safetensors")
        return [folder / f"{name}.safetensors"]
    return [goldens.archive(state, folder / f"{name}.npz"), _vocabulary(folder / "sentencepiece.model", pieces)]


def _of_openclip(arch: str, path: Path) -> Path:
    """As open_clip itself begins."""
    import open_clip

    torch.manual_seed(1)
    torch.save(open_clip.create_model(arch).state_dict(), path)
    return path


def is_factor(key: str) -> bool:
    """Whether it is of a layer norm."""
    return "ln_" in key or "norm" in key


def _vocabulary(path: Path, count: int) -> Path:
    """Of so many pieces: words of everyday queries, and signs that none of them has."""
    signs = [chr(code) for code in (*range(0x4E00, 0xA000), *range(0xAC00, 0xD7A4))][: count - _WORDS]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*(plain(query) for query in queries()), *signs]),
        model_prefix=str(path.with_suffix("")),
        character_coverage=1.0,
        vocab_size=count,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    path.with_suffix(".vocab").unlink()
    return path
