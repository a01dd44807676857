import argparse
import io
import os
import pickle
import sys
import types
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from models.published.checkpoints import merged, read
from models.published.families import load
from models.published.layouts import INTERNVIDEO2
from models.spec import BadWeights
from tests import goldens

State = dict[str, Tensor]


pytestmark = pytest.mark.usefixtures("small_families")


@pytest.fixture
def theirs() -> State:
    return goldens.weights("viclip_small")


def saved(content: object, path: Path) -> Path:
    torch.save(content, path)
    return path


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        lambda state: {"model": state, "epoch": 3},
        lambda state: {"module": state},
        lambda state: {"state_dict": {"module." + name: tensor for name, tensor in state.items()}},
    ],
    ids=["bare", "model", "module", "data parallel"],
)
def test_wrappers_are_taken_off(wrap: Callable[[State], object], theirs: State, tmp_path: Path) -> None:
    model = load("viclip-b16", [saved(wrap(theirs), tmp_path / "weights.pth")])
    assert torch.equal(model.state_dict()["vision.proj"], theirs["vision_encoder.proj"])
    assert not model.training


def test_safetensors_give_the_same_model(theirs: State, tmp_path: Path) -> None:
    save_file(theirs, tmp_path / "model.safetensors")
    model = load("viclip-b16", [tmp_path / "model.safetensors"])
    assert torch.equal(model.state_dict()["temp"], theirs["temp"])


def test_half_precision_files_become_float32(theirs: State, tmp_path: Path) -> None:
    half = {name: tensor.half() for name, tensor in theirs.items()}
    model = load("viclip-b16", [saved(half, tmp_path / "half.pt")])
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_lightning_checkpoint_keeps_only_the_towers(tmp_path: Path) -> None:
    theirs = goldens.weights("iv1_pretrain_small")
    state = {"clip." + name: tensor for name, tensor in theirs.items()}
    state["cross_modal.fc.weight"] = torch.ones(3)
    path = saved({"state_dict": state, "epoch": 1, "global_step": 10}, tmp_path / "InternVideo.ckpt")
    model = load("internvideo1-b16", [path])
    assert torch.equal(model.state_dict()["vision.balance"], theirs["visual.transformer.balance"])


def test_downstream_names_of_internvideo1_are_known(tmp_path: Path) -> None:
    theirs = goldens.weights("iv1_pretrain_small")
    renamed = {
        name.replace("visual_proj", "visual.proj").replace("visual_ln_post", "visual.ln_post"): tensor
        for name, tensor in theirs.items()
    }
    renamed |= {name: torch.tensor(1) for name in ("input_resolution", "context_length", "vocab_size")}
    renamed["visual.conv1.weight"] = theirs["visual.conv1.weight"][:, :, 0]
    del renamed["text_mask_embedding"]
    model = load("internvideo1-b16", [saved(renamed, tmp_path / "pytorch_model.bin")])
    assert torch.equal(model.state_dict()["vision.conv1.weight"], theirs["visual.conv1.weight"])


def three_files(folder: Path) -> list[Path]:
    """The pieces that InternVideo2-CLIP is published in, with a recorded shape or two of each."""
    vision = {"vision_encoder.cls_token": torch.ones(1), "vision_encoder.clip_projector.norm1_q.bias": torch.ones(1)}
    vision |= {
        "vision_encoder.clip_decoder.0.head.weight": torch.ones(1),
        "vision_encoder.mae_pos_embed": torch.ones(1),
    }
    text = {"text_encoder.projection_layer": torch.ones(1), "image_encoder.model.head": torch.ones(1)}
    delta = {"vision_encoder.clip_projector.norm1_q.bias": torch.zeros(1), "temp": torch.tensor(0.01)}
    pieces = {"delta.bin": delta, "vision.pt": {"module": vision}, "mobileclip_blt.pt": text}
    return [saved(state, folder / name) for name, state in pieces.items()]


def test_three_files_become_one_and_the_delta_wins(tmp_path: Path) -> None:
    state = merged(three_files(tmp_path))
    assert state["vision_encoder.clip_projector.norm1_q.bias"] == 0
    assert set(INTERNVIDEO2.names(state).values()) == {
        "vision.encoder.cls_token",
        "vision.encoder.pool.norm_q.bias",
        "text.projection",
        "temp",
    }


def test_a_vision_tower_published_by_itself_may_lack_its_prefix() -> None:
    whole = goldens.KEYS["internvideo2-s14"]
    vision = {name for name in whole if name.startswith("vision_encoder.")}
    bare = [name.removeprefix("vision_encoder.") for name in vision]
    ours = set(INTERNVIDEO2.names(vision).values())
    assert set(INTERNVIDEO2.names([*bare, "clip_decoder.0.head.weight", "mae_pos_embed"]).values()) == ours


def test_two_files_of_the_same_tensors_are_refused(theirs: State, tmp_path: Path) -> None:
    del theirs["temp"]
    paths = [saved(theirs, tmp_path / name) for name in ("one.pt", "two.pt")]
    with pytest.raises(BadWeights, match="repeats tensors of another file"):
        merged(paths)


def test_another_model_is_refused_with_what_it_looks_like(tmp_path: Path) -> None:
    path = saved(goldens.weights("iv1_pretrain_small"), tmp_path / "viclip.pth")
    with pytest.raises(BadWeights) as refused:
        load("viclip-b16", [path])
    message = str(refused.value)
    assert "it looks like internvideo1-b16 (100% of its tensors fit)" in message
    assert "missing: temp" in message
    assert "unexpected: " in message


def test_another_size_is_refused_with_the_shapes(theirs: State, tmp_path: Path) -> None:
    theirs["vision_encoder.proj"] = torch.zeros(64, 48)
    with pytest.raises(BadWeights, match=r"1 of another shape: vision\.proj \[64, 48\] instead of \[64, 32\]"):
        load("viclip-b16", [saved(theirs, tmp_path / "weights.pth")])


def test_a_missing_and_an_unexpected_tensor_are_named(theirs: State, tmp_path: Path) -> None:
    theirs["vision_encoder.extra"] = theirs.pop("vision_encoder.ln_post.bias")
    with pytest.raises(BadWeights, match=r"1 missing: vision\.ln_post\.bias; 1 unexpected: vision\.extra"):
        load("viclip-b16", [saved(theirs, tmp_path / "weights.pth")])


def test_tensors_of_no_known_model_are_refused_as_such(tmp_path: Path) -> None:
    with pytest.raises(BadWeights, match="looks like none of the models known here"):
        load("viclip-b16", [saved({"fc.weight": torch.ones(2, 2)}, tmp_path / "resnet.pth")])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_refused(value: float, theirs: State, tmp_path: Path) -> None:
    theirs["vision_encoder.ln_pre.weight"][3] = value
    with pytest.raises(BadWeights, match=r"not a number, or infinite, in vision\.ln_pre\.weight"):
        load("viclip-b16", [saved(theirs, tmp_path / "weights.pth")])


def saved_as(state: State, path: Path) -> None:
    writers: dict[str, Callable[[State, Path], object]] = {".safetensors": save_file, ".npz": goldens.archive}
    writers.get(path.suffix, saved)(state, path)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors", ".npz"])
@pytest.mark.parametrize("kept", [0, 7, 5000])
def test_a_file_cut_off_is_refused(suffix: str, kept: int, theirs: State, tmp_path: Path) -> None:
    path = tmp_path / f"weights{suffix}"
    saved_as(theirs, path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(BadWeights, match=str(path)):
        read(path)


@pytest.mark.parametrize("content", [b"<html>not found</html>" * 100, b"\x00" * 4096], ids=["html", "zeros"])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors", ".npz"])
def test_a_file_of_another_kind_is_refused(content: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"weights{suffix}"
    path.write_bytes(content)
    with pytest.raises(BadWeights, match=str(path)):
        read(path)


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 3}, torch.ones(2)], ids=["list", "no tensors", "tensor"])
def test_a_file_without_named_tensors_is_refused(content: object, tmp_path: Path) -> None:
    with pytest.raises(BadWeights, match="holds no tensors by name"):
        read(saved(content, tmp_path / "weights.pth"))


class Bomb:
    """Unpickled naively, it runs a command."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.proof}",)


def test_records_of_a_trainer_are_left_out_and_its_code_never_runs(
    theirs: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    callbacks = types.ModuleType("pytorch_lightning.callbacks")
    record = type("Checkpointing", (), {"__module__": callbacks.__name__})
    vars(callbacks)["Checkpointing"] = record
    with monkeypatch.context() as while_training:
        while_training.setitem(sys.modules, "pytorch_lightning", types.ModuleType("pytorch_lightning"))
        while_training.setitem(sys.modules, callbacks.__name__, callbacks)
        content = {"state_dict": theirs, "callbacks": {record: {"best": 1}}, "trainer": record()}
        path = saved({**content, "hparams": argparse.Namespace(width=64)}, tmp_path / "trained.ckpt")
    # The package is not here any more: whatever would import it would fail.
    assert torch.equal(load("viclip-b16", [path]).state_dict()["temp"], theirs["temp"])


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_that_would_run_code_is_refused_and_runs_nothing(zipped: bool, tmp_path: Path) -> None:
    proof, path = tmp_path / "proof", tmp_path / "weights.ckpt"
    content = {"state_dict": {"temp": torch.ones(())}, "hyper_parameters": Bomb(proof)}
    if zipped:
        torch.save(content, path)
    else:
        path.write_bytes(pickle.dumps(content, protocol=2))
    with pytest.raises(BadWeights, match="refused") as refused:
        read(path)
    assert not proof.exists()
    assert ("system" in str(refused.value)) == zipped


@pytest.fixture
def prism() -> State:
    return goldens.weights("videoprism_small")


def test_layers_along_an_axis_become_layers_and_factors_get_their_one(prism: State, tmp_path: Path) -> None:
    ours = load("videoprism-b16", [goldens.archive(prism, tmp_path / "flax.npz")]).state_dict()
    layers = "params/text_encoder/unimodal_transformer/x_layers/"
    for layer in range(2):
        theirs = {name: prism[layers + name][layer] for name in ("layer_norm/scale", "self_attention/value/w")}
        assert torch.equal(ours[f"text.blocks.{layer}.norm1.weight"], theirs["layer_norm/scale"] + 1)
        value = theirs["self_attention/value/w"].reshape(48, 48)
        assert torch.equal(ours[f"text.blocks.{layer}.attn.qkv.weight"][96:], value.T)


def test_a_vocabulary_beside_the_weights_is_not_read_for_tensors(prism: State, tmp_path: Path) -> None:
    (tmp_path / "sentencepiece.model").write_bytes(b"pieces")
    paths = [goldens.archive(prism, tmp_path / "flax.npz"), tmp_path / "sentencepiece.model"]
    assert not load("videoprism-b16", paths).training


@pytest.mark.parametrize("prefix", ["params/", ""])
def test_a_video_tower_alone_is_refused_with_what_is_needed(prefix: str, prism: State, tmp_path: Path) -> None:
    """As `videoprism-base-f16r288` and `videoprism-large-f8r288` are published."""
    whole = "params/vision_encoder/"
    alone = {prefix + name.removeprefix(whole): tensor for name, tensor in prism.items() if name.startswith(whole)}
    path = goldens.archive(alone, tmp_path / "flax_base_f16r288_repeated.npz")
    with pytest.raises(BadWeights) as refused:
        load("videoprism-b16", [path])
    assert str(refused.value) == (
        f"{path}: a video tower alone, without the text tower that a search by words needs; videoprism-b16 takes "
        "flax_lvt_base_f16r288_repeated.npz of google/videoprism-lvt-base-f16r288 and sentencepiece.model "
        "(T5's cc_en.32000)"
    )


def test_a_layer_too_few_is_named(prism: State, tmp_path: Path) -> None:
    short = {name: tensor[:1] if "spatial_encoder" in name else tensor for name, tensor in prism.items()}
    with pytest.raises(BadWeights, match=r"12 missing: vision\.spatial\.1\."):
        load("videoprism-b16", [goldens.archive(short, tmp_path / "flax.npz")])


def test_a_matrix_that_is_missing_of_three_is_named(prism: State, tmp_path: Path) -> None:
    del prism["params/auxiliary_encoder/transformers_stack/x_layers/self_attention/key/w"]
    with pytest.raises(
        BadWeights, match=r"missing: vision\.auxiliary\.0\.attn\.qkv\.weight; 2 unexpected: .*attn\.q\."
    ):
        load("videoprism-b16", [goldens.archive(prism, tmp_path / "flax.npz")])


@pytest.mark.parametrize("shape", [(), (3,), (0,), (2, 0), (1, 2, 3, 4), (2000, 1)])
def test_shapes_that_no_layer_has_are_refused(shape: tuple[int, ...], prism: State, tmp_path: Path) -> None:
    odd = {name: torch.zeros(shape) if "x_layers" in name else tensor for name, tensor in prism.items()}
    with pytest.raises(BadWeights, match="videoprism-b16"):
        load("videoprism-b16", [goldens.archive(odd, tmp_path / "flax.npz")])


def test_objects_in_an_archive_are_refused_and_run_nothing(tmp_path: Path) -> None:
    proof, path = tmp_path / "proof", tmp_path / "flax.npz"
    np.savez(path, temp=np.array([Bomb(proof)], dtype=object))
    with pytest.raises(BadWeights, match=str(path)):
        read(path)
    assert not proof.exists()


def test_an_archive_that_would_fill_the_memory_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "flax.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(100 << 20))
    with pytest.raises(BadWeights, match="it would grow to 104857600 bytes when read"):
        read(path)


def test_an_array_that_says_it_is_huge_is_refused(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (1 << 60,)})
    with zipfile.ZipFile(tmp_path / "flax.npz", "w") as archive:
        archive.writestr("a.npy", header.getvalue())
    with pytest.raises(BadWeights, match=r"flax\.npz can't be read"):
        read(tmp_path / "flax.npz")


def test_a_changed_byte_in_an_archive_is_noticed(prism: State, tmp_path: Path) -> None:
    path = goldens.archive(prism, tmp_path / "flax.npz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadWeights, match=r"flax\.npz can't be read"):
        read(path)
