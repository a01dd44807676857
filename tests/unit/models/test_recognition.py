"""Recognisers: what they are built of, their own files, and those that others published."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from models.architectures.internvideo1 import PairedRecogniser, VisionSizes
from models.architectures.pixels import FromPixels
from models.architectures.videomae import MaeSizes, MaskedRecogniser, VideoMae
from models.published import layouts
from models.published.checkpoints import difference, fill, renamed
from models.recognition.facts import ClipShape, Facts, MaskedSizes, PairedSizes, built
from models.recognition.files import facts_in, load, save, take_over
from models.recognition.recogniser import open_recogniser
from models.recognition.tables import filled
from models.spec import BadInput, BadWeights, Runtime
from models.training.encoders.masked import in_their_names
from models.training.encoders.starts import begun
from tests import goldens

CLASSES = ("jump", "run", "swim")
MASKED_TABLE = {"width": 16, "layers": 2, "heads": 2, "patch": 8}
MASKED = MaskedSizes(width=16, layers=2, heads=2, patch=8)
PAIRED = PairedSizes(width=16, layers=2, heads=2, patch=8, taps=(0, 1))
CLIP = ClipShape(frames=4, size=16)
SIZES = MaeSizes((16, 2, 2), (8, 1, 2), 8)


def pixels(count: int = 2) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    return np.random.default_rng(0).integers(0, 256, (count, 4, 16, 16, 3), dtype=np.uint8)


@pytest.mark.parametrize("sizes", [{"masked": MASKED}, {"paired": PAIRED}, {"masked": MASKED, "paired": PAIRED}])
def test_a_recogniser_that_was_saved_answers_as_it_did(tmp_path: Path, sizes: dict[str, MaskedSizes]) -> None:
    facts = Facts(CLASSES, CLIP, **sizes, stride=2)  # type: ignore[arg-type]
    module = begun(lambda: built(facts), 0).eval()
    save(tmp_path, facts, module)
    opened = open_recogniser(tmp_path, Runtime(device="cpu"))
    assert opened.facts == facts
    with torch.no_grad():
        wanted = module(torch.from_numpy(pixels(20))).softmax(dim=-1)
    np.testing.assert_allclose(opened.probabilities(pixels(20)), wanted.numpy(), rtol=1e-5)


def test_clips_of_another_shape_are_refused(tmp_path: Path) -> None:
    facts = Facts(CLASSES, CLIP, masked=MASKED)
    save(tmp_path, facts, begun(lambda: built(facts), 0))
    with pytest.raises(BadInput, match="takes clips of"):
        open_recogniser(tmp_path, Runtime(device="cpu")).probabilities(pixels()[:, :2])


def test_a_folder_without_a_recogniser_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadWeights, match="holds nothing that `train` made of this kind"):
        facts_in(tmp_path, Facts)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({"classes": ["a", "b"], "clip": {"frames": 3, "size": 16}, "masked": MASKED_TABLE}, "whole number of cubes"),
        ({"classes": ["a", "b"], "clip": {"frames": 4, "size": 20}, "masked": MASKED_TABLE}, "whole number of patches"),
        ({"classes": ["a", "b"], "clip": {"frames": 4, "size": 16}}, "masked, paired, or both"),
        ({"classes": ["a", "b"], "clip": {"frames": "4", "size": 16}}, "clip: frames: expected int, got '4'"),
        ({"classes": "ab", "clip": {"frames": 4, "size": 16}}, "classes: expected a list, got 'ab'"),
        ({"clip": {"frames": 4, "size": 16, "fps": 3}, "classes": []}, "clip: unknown: fps"),
        ({"classes": []}, "missing: clip"),
    ],
)
def test_facts_that_can_not_be_are_named(table: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        filled(Facts, table)


@pytest.mark.parametrize("taps", [(1, 0), (0, 2), (), (0, 0)])
def test_taps_are_layers_in_rising_order(taps: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="taps are layers from 0 to 1"):
        PairedSizes(width=16, layers=2, heads=2, patch=8, taps=taps)


def test_the_fine_tuned_encoder_is_the_pretraining_one_with_nothing_hidden() -> None:
    model = VideoMae(MaeSizes((48, 2, 4), (24, 2, 2), 8)).eval()
    begun(lambda: model, 0)
    recogniser = MaskedRecogniser(model.sizes, 3).eval()
    recogniser.load_state_dict({**recogniser.state_dict(), **_trunk(model)})
    video = torch.randn(2, 4, 3, 16, 16)
    with torch.no_grad():
        seen = model.encoder(video, torch.zeros(2, 8, dtype=torch.bool))
        torch.testing.assert_close(model.encoder.norm(recogniser.layers(video)[-1]), seen)


def _trunk(model: VideoMae) -> dict[str, torch.Tensor]:
    return {name: tensor for name, tensor in model.encoder.state_dict().items() if not name.startswith("norm.")}


@pytest.mark.parametrize("name", goldens.HEADS)
def test_published_fine_tuned_files_fit_at_full_size(name: str) -> None:
    state = {key: torch.empty(shape, device="meta") for key, shape in goldens.HEADS[name].items()}
    with torch.device("meta"):
        model, layout = _published(name)
    assert difference(model, renamed(layout, state)) == ""


def _published(name: str) -> tuple[torch.nn.Module, layouts.Layout]:
    if name == "videomae-b16-k400":
        return MaskedRecogniser(MaeSizes((768, 12, 12), (0, 0, 0)), 400), layouts.VIDEOMAE_ACTIONS
    motion = name.endswith("ssv2")
    taps = range(4, 12) if motion else range(8, 12)
    sizes = VisionSizes(width=768, layers=12, heads=12, patch=16, dim=0, taps=taps, motion=motion)
    return PairedRecogniser(sizes, 174 if motion else 400), layouts.UNIFORMERV2


def masked_file(path: Path, *, classes: int = 3, spoil: str = "") -> Path:
    """A fine-tuned VideoMAE in its published names, as a trainer wraps it."""
    module = begun(lambda: MaskedRecogniser(SIZES, classes), 3)
    state = {name.replace("patch_embed.", "patch_embed.proj."): value for name, value in module.state_dict().items()}
    state.pop(spoil, None)
    torch.save({"module": state}, path)
    return path


def fresh() -> MaskedRecogniser:
    module = begun(lambda: MaskedRecogniser(SIZES, 3), 0)
    assert isinstance(module, MaskedRecogniser)
    return module


def test_a_fine_tuned_file_gives_its_head(tmp_path: Path) -> None:
    module = fresh()
    take_over(module, masked_file(tmp_path / "ft.pth"), new_head=False)
    torch.testing.assert_close(
        module.head.weight, begun(lambda: MaskedRecogniser(SIZES, 3), 3).get_parameter("head.weight")
    )


def test_a_head_of_another_size_is_refused_unless_a_new_one_is_wanted(tmp_path: Path) -> None:
    path = masked_file(tmp_path / "k400.pth", classes=400)
    with pytest.raises(BadWeights, match=r"its head tells 400 classes apart, here are 3; .*new_head = true"):
        take_over(fresh(), path, new_head=False)
    module = fresh()
    take_over(module, path, new_head=True)
    torch.testing.assert_close(module.head.weight, fresh().head.weight)
    assert not torch.equal(
        module.blocks[0].get_parameter("attn.qkv.weight"), fresh().get_parameter("blocks.0.attn.qkv.weight")
    )


def test_a_fine_tuned_file_that_lacks_a_tensor_is_refused(tmp_path: Path) -> None:
    path = masked_file(tmp_path / "ft.pth", spoil="blocks.1.attn.q_bias")
    with pytest.raises(BadWeights, match=r"1 missing: blocks\.1\.attn\.q_bias"):
        take_over(fresh(), path, new_head=False)


def test_a_pretrained_file_gives_all_below_the_head(tmp_path: Path) -> None:
    model = VideoMae(SIZES)
    begun(lambda: model, 5)
    save_file(in_their_names(model), tmp_path / "pretrained.safetensors")
    module = fresh()
    take_over(module, tmp_path / "pretrained.safetensors", new_head=False)
    torch.testing.assert_close(module.patch_embed.weight, model.encoder.patch_embed.weight)
    torch.testing.assert_close(module.head.weight, fresh().head.weight)


def test_our_pretraining_reads_as_a_published_one(tmp_path: Path) -> None:
    model, other = VideoMae(SIZES), VideoMae(SIZES)
    begun(lambda: model, 5)
    save_file(in_their_names(model), tmp_path / "own.safetensors")
    fill(other, layouts.VIDEOMAE, load_file(tmp_path / "own.safetensors"), "own")
    torch.testing.assert_close(dict(other.state_dict()), dict(model.state_dict()))


def test_a_language_pair_gives_its_video_tower(tmp_path: Path) -> None:
    state = goldens.weights("iv1_pretrain_small")
    save_file({f"clip.{name}": tensor for name, tensor in state.items()}, tmp_path / "pair.safetensors")
    sizes = VisionSizes(64, 4, 4, 8, 32, taps=(1, 2, 3), image=32)
    module = PairedRecogniser(sizes, 3)
    take_over(module, tmp_path / "pair.safetensors", new_head=False)
    torch.testing.assert_close(module.ln_post.weight, state["visual_ln_post.weight"])
    torch.testing.assert_close(module.temporal_cls_token, state["visual.transformer.temporal_cls_token"])


def test_slowfast_files_are_unwrapped_and_other_weights_named(tmp_path: Path) -> None:
    state = goldens.weights("uniformerv2_small")
    torch.save({"model_state": state, "epoch": 3}, tmp_path / "k400.pyth")
    sizes = VisionSizes(24, 3, 4, 8, 0, taps=(1, 2), image=24)
    take_over(PairedRecogniser(sizes, 7), tmp_path / "k400.pyth", new_head=False)
    with pytest.raises(BadWeights, match="missing: patch_embed"):
        take_over(fresh(), tmp_path / "k400.pyth", new_head=True)


def test_saved_recognisers_hold_plain_names(tmp_path: Path) -> None:
    facts = Facts(CLASSES, CLIP, masked=MASKED)
    save(tmp_path, facts, begun(lambda: built(facts), 0))
    _, module = load(tmp_path)
    assert isinstance(module, FromPixels)
    assert not module.training
