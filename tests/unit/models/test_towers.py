from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.architectures import internvideo1, internvideo2, viclip, videoprism
from models.architectures.clip_text import TextSizes, TextTransformer
from models.architectures.tokenizer import padded_ids
from models.published.cards import CARDS
from models.published.towers import TorchTextTower, TorchVideoTower, in_halves
from models.spec import DeviceMissing, Floats, ModelSpec, Precision, Runtime

Pixels = NDArray[np.uint8]
CPU = Runtime(device="cpu")
TEXT = TextSizes(width=64, heads=4, layers=2, dim=32)
MEAN, STD = CARDS["viclip-b16"].mean, CARDS["viclip-b16"].std
SPEC = ModelSpec("small", "1", 32, 4, 32, MEAN, STD, "squash", "bicubic", weights_sha256="00", licence="none")


def randomised(model: nn.Module) -> nn.Module:
    """Every parameter at random, the same each time: several start at zero, which would hide a mistake."""
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            centre = 1 if "norm" in name and name.endswith("weight") else 0
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.2 + centre)
    return model


def internvideo1_vision() -> nn.Module:
    return internvideo1.Vision(internvideo1.VisionSizes(64, 4, 4, 8, 32, taps=(2, 3), image=32))


def viclip_vision() -> nn.Module:
    return viclip.Vision(viclip.VisionSizes(64, 3, 4, 8, 32, frames=4, image=32))


def internvideo2_vision() -> nn.Module:
    sizes = internvideo2.VisionSizes(48, 2, 4, patch=8, pooled=64, pool_heads=4, frames=4, image=32)
    return internvideo2.InternVideo2(sizes, TEXT).vision


def videoprism_vision() -> nn.Module:
    return videoprism.Vision(videoprism.VisionSizes(32, 4, 48, 1, 1, 1, positions=(4, 4, 4), patch=8))


VISIONS: dict[str, Callable[[], nn.Module]] = {
    "internvideo1": internvideo1_vision,
    "viclip": viclip_vision,
    "internvideo2": internvideo2_vision,
    "videoprism": videoprism_vision,
}


def pixels(clips: int = 3, frames: int = 4) -> Pixels:
    return np.random.default_rng(1).integers(0, 256, (clips, frames, 32, 32, 3), dtype=np.uint8)


def video_tower(family: str, runtime: Runtime = CPU) -> TorchVideoTower:
    return TorchVideoTower(SPEC, randomised(VISIONS[family]()), runtime)


def text_tower(runtime: Runtime = CPU, module: Callable[[TextSizes], nn.Module] = TextTransformer) -> TorchTextTower:
    tokenize = partial(padded_ids, context=TEXT.context, trim=True)
    return TorchTextTower(SPEC, randomised(module(TEXT)), tokenize, runtime)


@pytest.mark.parametrize("family", VISIONS)
def test_clips_are_of_unit_length_and_need_no_company(family: str) -> None:
    tower = video_tower(family)
    together = tower.encode(pixels())
    assert (together.frames is None) == (family != "videoprism")
    assert together.clips.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together.clips, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(tower.encode(pixels()[1:2]).clips[0], together.clips[1], atol=1e-5)


@pytest.mark.parametrize("family", VISIONS)
def test_frames_in_another_order_are_another_clip(family: str) -> None:
    tower = video_tower(family)
    forward, backward = tower.encode(pixels()).clips, tower.encode(pixels()[:, ::-1]).clips
    assert np.abs(forward - backward).max() > 1e-3


@pytest.mark.parametrize("frames", [1, 4])
def test_videoprism_gives_a_vector_of_each_frame_beside_the_clips(frames: int) -> None:
    tower = video_tower("videoprism")
    embedded = tower.encode(pixels(frames=frames))
    assert embedded.frames is not None
    assert embedded.frames.shape == (3, frames, 32)
    np.testing.assert_allclose(np.linalg.norm(embedded.frames, axis=2), 1, rtol=1e-5)
    with torch.inference_mode():
        theirs = tower.module(torch.from_numpy(pixels(frames=frames))).numpy()
    np.testing.assert_array_equal(np.concatenate((embedded.clips[:, None], embedded.frames), axis=1), theirs)


@pytest.mark.parametrize("family", VISIONS)
def test_a_picture_is_a_clip_of_one_frame(family: str) -> None:
    clips = video_tower(family).encode(pixels(frames=1)).clips
    assert clips.shape == (3, 32)
    np.testing.assert_allclose(np.linalg.norm(clips, axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("frames", [2, 7])
def test_all_but_viclip_take_any_number_of_frames_without_a_word(frames: int) -> None:
    for family in VISIONS.keys() - {"viclip"}:
        assert video_tower(family).encode(pixels(frames=frames)).clips.shape == (3, 32)


def test_viclip_stretches_its_time_positions_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="ViCLIP learned 4 frames; its time positions are stretched to 7"):
        assert video_tower("viclip").encode(pixels(frames=7)).clips.shape == (3, 32)


def test_stretched_time_positions_are_linear_with_half_pixel_centres() -> None:
    vision = viclip.Vision(viclip.VisionSizes(1, 0, 1, 8, 32, frames=2, image=32))
    vision.temporal_positional_embedding.data = torch.tensor([[[0.0], [4.0]]])
    with pytest.warns(UserWarning, match="stretched"):
        assert vision._times(4).flatten().tolist() == [0, 1, 3, 4]
    assert vision._times(1).flatten().tolist() == [2]


def test_internvideo2_averages_positions_over_time_for_a_picture() -> None:
    table = torch.tensor([9.0, 0, 10, 4, 20]).reshape(1, 5, 1)
    assert internvideo2.positions_for(table, steps=1, patches=2).flatten().tolist() == [9, 2, 15]
    assert internvideo2.positions_for(table, steps=2, patches=2).equal(table)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((1, 4, 32, 32, 3), np.float32),
        np.zeros((4, 32, 32, 3), np.uint8),
        np.zeros((1, 4, 224, 224, 3), np.uint8),
        np.zeros((1, 4, 3, 32, 32), np.uint8),
        np.zeros((1, 0, 32, 32, 3), np.uint8),
    ],
)
def test_pixels_of_another_shape_are_refused_with_theirs(wrong: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match=r"expected uint8 \[B, T, 32, 32, 3\], got"):
        video_tower("viclip").encode(wrong)


def test_nothing_in_is_nothing_out() -> None:
    assert video_tower("viclip").encode(pixels(clips=0)).clips.shape == (0, 32)
    assert text_tower().encode([]).shape == (0, 32)


def test_sentences_are_of_unit_length_and_need_no_company() -> None:
    texts = ["a dog", "", "two people cook pasta in a small kitchen", "😀 שלום", "word " * 10_000]
    together = text_tower().encode(texts)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, rtol=1e-5)
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_allclose(text_tower().encode([text])[0], vector, atol=1e-5)


def test_more_sentences_than_fit_at_once_keep_their_order() -> None:
    texts = [f"clip number {number}" for number in range(300)]
    np.testing.assert_allclose(text_tower().encode(texts)[290:], text_tower().encode(texts[290:]), atol=1e-5)


def test_a_written_end_token_changes_nothing() -> None:
    vectors = text_tower().encode(["a dog <|endoftext|> runs", "a dog runs"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)


class TooLarge:
    """Takes batches of at most `most`, as a GPU with little memory would."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken: list[int] = []

    def __call__(self, batch: Pixels) -> Floats:
        if len(batch) > self.most:
            raise torch.OutOfMemoryError
        self.taken.append(len(batch))
        return batch.reshape(len(batch), -1)[:, :1].astype(np.float32)


def test_a_batch_too_large_for_memory_is_halved_and_keeps_its_order() -> None:
    batch, encode = np.arange(7, dtype=np.uint8).reshape(7, 1, 1, 1, 1), TooLarge(most=2)
    assert in_halves(encode, batch).flatten().tolist() == list(range(7))
    assert encode.taken == [1, 2, 2, 2]


def test_one_clip_too_large_for_memory_is_an_error() -> None:
    with pytest.raises(MemoryError):
        in_halves(TooLarge(most=0), pixels())


def test_a_device_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(DeviceMissing, match=r"no device cuda:1 here: torch .* sees 0 GPUs"):
        text_tower(Runtime(device="cuda:1"))
    assert text_tower(Runtime(device="auto")).encode(["a dog"]).shape == (1, 32)


class LittleMemory(nn.Module):
    """A tower that takes one clip at a time, as a GPU with little memory would."""

    def forward(self, frames: Tensor) -> Tensor:
        if len(frames) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return frames.mean(dim=(1, 2)).flatten(1)[:, :32]


def test_a_tower_out_of_memory_goes_on_with_smaller_batches() -> None:
    tower = TorchVideoTower(SPEC, LittleMemory(), CPU)
    together = tower.encode(pixels(clips=5)).clips
    np.testing.assert_array_equal(
        together, np.concatenate([tower.encode(pixels(5)[i : i + 1]).clips for i in range(5)])
    )


def test_compiled_module_answers_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[nn.Module] = []

    def fake_compile(module: nn.Module) -> Callable[[Tensor], Tensor]:
        compiled.append(module)
        return module

    monkeypatch.setattr(torch, "compile", fake_compile)
    clips = video_tower("viclip", Runtime(device="cpu", compiled=True)).encode(pixels()).clips
    np.testing.assert_array_equal(clips, video_tower("viclip").encode(pixels()).clips)
    assert len(compiled) == 1


@pytest.mark.gpu
@pytest.mark.parametrize("family", VISIONS)
@pytest.mark.parametrize(("precision", "cosine"), [("fp32", 0.9999), ("bf16", 0.99), ("fp16", 0.999)])
def test_a_gpu_answers_as_the_cpu_does(family: str, precision: Precision, cosine: float, gpu: torch.device) -> None:
    on_gpu = video_tower(family, Runtime(device=gpu.type, precision=precision)).encode(pixels()).clips
    assert ((on_gpu * video_tower(family).encode(pixels()).clips).sum(axis=1) > cosine).all()


@pytest.mark.gpu
@pytest.mark.parametrize("module", [TextTransformer, videoprism.Text])
@pytest.mark.parametrize(("precision", "cosine"), [("fp32", 0.9999), ("bf16", 0.99), ("fp16", 0.999)])
def test_sentences_on_a_gpu_are_those_of_the_cpu(
    module: Callable[[TextSizes], nn.Module], precision: Precision, cosine: float, gpu: torch.device
) -> None:
    texts = ["a dog runs through the snow", ""]
    on_gpu = text_tower(Runtime(device=gpu.type, precision=precision), module).encode(texts)
    assert ((on_gpu * text_tower(module=module).encode(texts)).sum(axis=1) > cosine).all()


@pytest.mark.gpu
@pytest.mark.parametrize(("precision", "cosine"), [("bf16", 0.99), ("fp16", 0.999)])
def test_frames_on_a_gpu_are_those_of_the_cpu(precision: Precision, cosine: float, gpu: torch.device) -> None:
    on_gpu = video_tower("videoprism", Runtime(device=gpu.type, precision=precision)).encode(pixels(frames=7)).frames
    on_cpu = video_tower("videoprism").encode(pixels(frames=7)).frames
    assert on_gpu is not None
    assert on_cpu is not None
    assert ((on_gpu * on_cpu).sum(axis=2) > cosine).all()
