"""open_clip as it is installed; its smallest model with random weights."""

import builtins
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from data.media.pixels import Fit
from models.pair import Pair
from models.published.opening import open_torch_pair
from models.spec import BadWeights, ExtraMissing, Runtime, UnknownModel, WeightsMissing

ARCH = "ViT-S-32-alt"
CPU = Runtime(device="cpu")


@pytest.fixture(scope="session")
def weights(open_clip: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("openclip") / "weights.pt"
    torch.save(open_clip.create_model(ARCH).state_dict(), path)
    return path


@pytest.fixture
def pair(weights: Path) -> Pair:
    return opened(f"openclip:{ARCH}/mine", weights)


def opened(name: str, *weights: Path) -> Pair:
    return open_torch_pair(name, weights=weights, models_folder=Path("nowhere"), runtime=CPU)


def test_frames_are_pooled_and_are_what_open_clip_makes_of_each(
    pair: Pair, weights: Path, open_clip: ModuleType
) -> None:
    model, _, preprocess = open_clip.create_model_and_transforms(ARCH, pretrained=str(weights))
    picture = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    picture = np.asarray(Image.fromarray(picture).resize((320, 240), Image.Resampling.BICUBIC))
    spec = pair.spec
    fitted = Fit(spec.image_size, spec.resize, spec.interpolation).picture(picture)
    embedded = pair.video().encode(np.stack([fitted, 255 - fitted])[None])
    with torch.inference_mode():
        theirs = model.eval().encode_image(preprocess(Image.fromarray(picture))[None], normalize=True)[0].numpy()
    assert embedded.frames is not None
    assert embedded.frames.shape == (1, 2, spec.dim)
    # Libswscale and Pillow differ by a level of 255 in places.
    assert embedded.frames[0, 0] @ theirs > 0.999
    mean = embedded.frames[0].mean(axis=0)
    np.testing.assert_allclose(embedded.clips[0], mean / np.linalg.norm(mean), atol=1e-6)


def test_texts_are_what_open_clip_makes_of_them(pair: Pair, weights: Path, open_clip: ModuleType) -> None:
    texts = ["a dog runs", "", "😀 שלום", "word " * 10_000]
    model = open_clip.create_model(ARCH, pretrained=str(weights)).eval()
    with torch.inference_mode():
        theirs = model.encode_text(open_clip.get_tokenizer(ARCH)(texts), normalize=True).numpy()
    np.testing.assert_allclose(pair.text().encode(texts), theirs, atol=1e-5)


def test_a_written_end_token_changes_nothing(pair: Pair) -> None:
    vectors = pair.text().encode(["a dog <|endoftext|> <end_of_text> runs", "a dog runs"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)


def test_spec_is_the_models_own(open_clip: ModuleType, weights: Path) -> None:
    spec = opened("openclip:ViT-B-16-SigLIP/webli", weights).spec
    assert (spec.dim, spec.image_size, spec.resize, spec.mean) == (768, 224, "squash", (0.5, 0.5, 0.5))


def test_weights_of_another_architecture_are_refused(open_clip: ModuleType, weights: Path) -> None:
    with pytest.raises(BadWeights, match="no weights of ViT-B-32"):
        opened("openclip:ViT-B-32/openai", weights).text()


def test_numbers_that_are_none_are_refused(open_clip: ModuleType, weights: Path, tmp_path: Path) -> None:
    state = torch.load(weights, weights_only=True)
    state["logit_scale"] = torch.tensor(float("nan"))
    torch.save(state, tmp_path / "nan.pt")
    with pytest.raises(BadWeights, match="none, or infinite"):
        opened(f"openclip:{ARCH}/mine", tmp_path / "nan.pt").text()


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("openclip:ViT-B32/openai", "openclip:ViT-B-32/…"),
        ("openclip:ViT-B-32/laion2b", "openclip:ViT-B-32/laion2b_e16"),
        ("openclip:ViT-B-32", "openclip:ViT-B-32/"),
    ],
)
def test_an_unknown_name_lists_the_nearest(name: str, near: str, open_clip: ModuleType) -> None:
    with pytest.raises(UnknownModel, match=near):
        opened(name)


def test_offline_mode_of_the_hub_is_respected(
    open_clip: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(WeightsMissing, match=r"no weights of openclip:ViT-B-32/laion2b_e16: "):
        open_torch_pair("openclip:ViT-B-32/laion2b_e16", weights=(), models_folder=tmp_path, runtime=CPU)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (ModuleNotFoundError("open_clip"), r"open_clip_torch is not installed; .*\[openclip\]"),
        (
            RuntimeError("operator torchvision::nms does not exist"),
            "does not load beside torch 0.28.0 and torchvision",
        ),
    ],
)
def test_an_extra_that_is_missing_or_does_not_load_says_what_to_install(
    fault: Exception, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_module = builtins.__import__

    def broken(
        name: str,
        globals_: Mapping[str, object] | None = None,
        locals_: Mapping[str, object] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> Any:
        if name == "open_clip":
            raise fault
        return import_module(name, globals_, locals_, fromlist, level)

    monkeypatch.setattr(builtins, "__import__", broken)
    monkeypatch.setattr("importlib.metadata.version", lambda _: "0.28.0")
    with pytest.raises(ExtraMissing, match=message):
        opened("openclip:ViT-B-32/openai")
