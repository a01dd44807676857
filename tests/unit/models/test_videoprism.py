"""VideoPrism's towers, their goldens, and what must not pass for them."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from models.architectures import blocks, videoprism
from models.architectures.blocks import Attention, interpolate_time
from models.architectures.clip_text import TextSizes
from models.architectures.videoprism import PADDING, Pool, Text, Vision, VisionSizes
from models.published import layouts, parity
from tests import goldens

SIZES = VisionSizes(width=24, heads=4, hidden=40, spatial=1, temporal=1, auxiliary=1, positions=(4, 3, 3), patch=6)
TEXT = TextSizes(width=24, heads=4, layers=2, dim=24, vocabulary=70)
CASES = ("videoprism_small", "videoprism_stretched")
Patch = Callable[[pytest.MonkeyPatch], None]


Model = TypeVar("Model", bound=nn.Module)


def randomised(model: Model) -> Model:
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3)
    return model.eval()


def swap(name: str, value: object) -> Patch:
    return lambda patch: patch.setattr(videoprism, name, value)


def capped_pool(patch: pytest.MonkeyPatch) -> None:
    plain = Pool._scores
    patch.setattr(Pool, "_scores", lambda self, x: 50 * torch.tanh(plain(self, x) / 50))


def factor_without_one(patch: pytest.MonkeyPatch) -> None:
    forms = tuple((pattern, form) for pattern, form in layouts.VIDEOPRISM.forms if "norm" not in pattern)
    patch.setattr(layouts, "VIDEOPRISM", replace(layouts.VIDEOPRISM, forms=forms))


WRONG: dict[str, Patch] = {
    "tanh GELU": swap("gelu", blocks.tanh_gelu),
    "ReLU in the vision tower": swap("gelu", functional.relu),
    "GELU in the text tower": swap("relu", functional.gelu),
    "no cap": swap("_CAP", None),
    "another cap": swap("_CAP", 30.0),
    "a cap in the pooler": capped_pool,
    "the factor of layer norm without one": factor_without_one,
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_a_difference(wrong: str, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    goldens.restore(case, tmp_path)
    WRONG[wrong](monkeypatch)
    assert parity.compare(tmp_path)[case]["ok"] is False


def shrinking(case: Path) -> None:
    """More positions than the case has frames and places, which shrink to the recorded ones."""
    config = json.loads((case / "config.json").read_text())
    config["config"]["pos_emb_shape"] = [6, 5, 4]
    (case / "config.json").write_text(json.dumps(config))
    weights = load_file(case / "weights.safetensors")
    places, times = (f"params/vision_encoder/{kind}_pos_emb/emb_var" for kind in ("spatial", "temporal"))
    weights[times] = enlarged(weights[times], 6)
    by_row = enlarged(weights[places].unflatten(0, (3, 3)), 5)
    weights[places] = enlarged(by_row.transpose(0, 1), 4).transpose(0, 1).flatten(0, 1).contiguous()
    save_file(weights, case / "weights.safetensors")


def enlarged(table: Tensor, steps: int) -> Tensor:
    """One of `steps` that shrinks to this."""
    shrink = interpolate_time(torch.eye(steps, dtype=torch.float64), len(table), antialias=True)
    known: Tensor = torch.tensordot(torch.linalg.pinv(shrink), table.double(), dims=1)
    return known.float()


def test_positions_that_shrink_are_antialiased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shrinking(goldens.restore("videoprism_small", tmp_path))
    assert parity.compare(tmp_path)["videoprism_small"]["ok"] is True

    def aliased(table: Tensor, steps: int, *, antialias: bool) -> Tensor:
        return interpolate_time(table, steps)

    monkeypatch.setattr(videoprism, "interpolate_time", aliased)
    assert parity.compare(tmp_path)["videoprism_small"]["ok"] is False


@pytest.mark.parametrize(
    ("steps", "recorded"),
    [
        (1, [5.684210300445557]),
        (2, [1.727272868156433, 9.727272033691406]),
        (3, [0.4285714030265808, 4.44444465637207, 12.999999046325684]),
        (4, [0.2499999850988388, 2.25, 6.916666507720947, 14.249999046325684]),
        (8, [0.0, 0.4375, 1.1875, 3.0625, 5.5625, 8.6875, 12.9375, 16.0]),
    ],
)
def test_positions_are_resampled_as_jax_does(steps: int, recorded: list[float]) -> None:
    """Recorded of `jax.image.resize(…, method="bilinear")`, jax 0.10.2."""
    table = torch.tensor([0.0, 1, 4, 9, 16])[:, None]
    assert interpolate_time(table, steps, antialias=True).flatten().tolist() == pytest.approx(recorded, rel=1e-6)


def test_places_may_shrink_one_way_and_grow_the_other() -> None:
    """Recorded likewise."""
    vision = Vision(replace(SIZES, positions=(1, 3, 4)))
    vision.places.data = torch.arange(12.0).square()[:, None].expand(-1, 24)
    recorded = [6.0, 8.8, 13.0, 18.4, 24.0, 46.0, 55.8, 68.0, 81.4, 94.0]
    assert vision._places(2, 5)[:, 0].tolist() == pytest.approx(recorded, rel=1e-6)


def test_raised_factors_are_noted_and_others_are_not(tmp_path: Path) -> None:
    case = goldens.restore("videoprism_small", tmp_path)
    assert "lowered again" in str(parity.compare(tmp_path)["videoprism_small"]["note"])

    # As they were at the first call, of which clips and sentences are.
    weights = load_file(case / "weights.safetensors")
    for name in weights:
        if name.endswith(("spatial_ln/scale", "temporal_ln/scale", "unimodal_ln/scale")):
            weights[name] -= 2
        elif name.endswith("pooling_attention_layer_norm/scale"):
            weights[name] -= 3
    save_file(weights, case / "weights.safetensors")
    io = load_file(case / "io.safetensors")
    kept = {name: tensor for name, tensor in io.items() if name[:6] == "inputs" or name[8:] in ("video", "text")}
    save_file(kept, case / "io.safetensors")
    verdict = parity.compare(tmp_path)["videoprism_small"]
    assert verdict["ok"] is True
    assert "note" not in verdict


@pytest.mark.parametrize("factor", ["spatial_ln/scale", "unimodal_ln/scale", "pooling_attention_layer_norm/scale"])
def test_a_factor_that_is_one_too_large_is_a_difference(factor: str, tmp_path: Path) -> None:
    case = goldens.restore("videoprism_small", tmp_path)
    weights = load_file(case / "weights.safetensors")
    (name,) = (name for name in weights if name.endswith(factor))
    weights[name] += 1
    save_file(weights, case / "weights.safetensors")
    assert parity.compare(tmp_path)["videoprism_small"]["ok"] is False


def test_scores_of_many_queries_are_those_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    attention, x = randomised(Attention(24, 4, cap=50.0)), torch.randn(2, 70, 24)
    at_once = attention(x)
    monkeypatch.setattr(blocks, "_QUERIES_AT_ONCE", 16)
    torch.testing.assert_close(attention(x), at_once)
    torch.testing.assert_close(attention(x, seen=torch.ones(70, 70, dtype=torch.bool)), at_once)


def test_a_cap_far_away_changes_nothing() -> None:
    x = torch.randn(2, 9, 24)
    capped, plain = randomised(Attention(24, 4, cap=1e4)), randomised(Attention(24, 4))
    torch.testing.assert_close(capped(x), plain(x))
    seen = blocks.up_to_each(9, x.device)
    for attention in (capped, plain):
        torch.testing.assert_close(attention(x, seen=seen), plain(x, causal=True))
        torch.testing.assert_close(attention(x, causal=True), plain(x, causal=True))


def test_a_clip_is_pooled_of_all_its_tokens_and_a_frame_of_its_own() -> None:
    pool, x = randomised(Pool(24, 4)), torch.randn(2, 5, 6, 24)
    pooled = pool(x)
    torch.testing.assert_close(pooled[:, 0], pool(x.flatten(1, 2)[:, None])[:, 1])
    torch.testing.assert_close(pooled[:, 3], pool(x[:, 2:3])[:, 1])


def test_an_unlearned_scale_of_the_pooler_is_that_of_plain_attention() -> None:
    pool, x = randomised(Pool(24, 4)), torch.randn(1, 1, 6, 24)
    pool.scales.data.zero_()
    plain = blocks.attend(pool.q(pool.query)[None], pool.k(x[0]), pool.v(x[0]), pool.heads)
    torch.testing.assert_close(pool(x)[:, 0], pool.norm(pool.proj(plain))[:, 0])


@pytest.mark.parametrize(("frames", "height", "width"), [(1, 18, 18), (3, 12, 24), (9, 30, 6)])
def test_any_number_of_frames_and_any_sides_of_whole_patches(frames: int, height: int, width: int) -> None:
    with torch.inference_mode():
        vectors = randomised(Vision(SIZES))(torch.rand(2, frames, 3, height, width))
    assert vectors.shape == (2, 1 + frames, 24)
    assert vectors.isfinite().all()


def test_padding_behind_a_sentence_changes_nothing() -> None:
    text = randomised(Text(TEXT))
    bare = text(torch.tensor([[5, 9, 3]]))
    torch.testing.assert_close(text(torch.tensor([[5, 9, 3, PADDING, PADDING]])), bare)
    torch.testing.assert_close(text(torch.tensor([[5, 9, 3], [7, PADDING, PADDING]]))[:1], bare)


def test_padding_that_sees_nothing_spoils_nothing() -> None:
    assert randomised(Text(TEXT))(torch.tensor([[PADDING, 5, 9], [PADDING] * 3])).isfinite().all()


def test_the_first_of_a_vocabulary_is_a_token_like_any_other() -> None:
    text = randomised(Text(TEXT))
    assert not torch.allclose(text(torch.tensor([[5, 0]])), text(torch.tensor([[5, PADDING]])))


@pytest.mark.parametrize("width", [1, 2, 7, 48])
def test_sinusoids_begin_with_sines_of_zero_and_cosines_of_one(width: int) -> None:
    places = videoprism.sinusoids(3, width, torch.device("cpu"))
    half = width // 2
    assert places.shape == (3, width)
    assert places[0].tolist() == [0.0] * half + [1.0] * half + [0.0] * (width % 2)
    if half > 1:
        assert places[2, half - 1].item() == pytest.approx(math.sin(2e-4))
