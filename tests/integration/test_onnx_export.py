from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from models.architectures import internvideo1, viclip, videoprism
from models.architectures.clip_text import TextSizes, TextTransformer
from models.architectures.tokenizer import padded_ids
from models.pair import Pair
from models.published.cards import IMAGENET_MEAN, IMAGENET_STD
from models.published.onnx_export import compared, export
from models.published.towers import TorchTextTower, TorchVideoTower
from models.registry import open_pair
from models.spec import BadInput, ModelSpec, Runtime

pytestmark = pytest.mark.slow

SPEC = ModelSpec("small", "1", 32, 4, 32, IMAGENET_MEAN, IMAGENET_STD, "squash", "bicubic", "00", "none")
CPU = Runtime(device="cpu")
VISIONS: dict[str, Callable[[], torch.nn.Module]] = {
    "viclip": lambda: viclip.Vision(viclip.VisionSizes(64, 2, 4, 8, 32, frames=4, image=32)),
    "internvideo1": lambda: internvideo1.Vision(internvideo1.VisionSizes(64, 2, 4, 8, 32, taps=(1,), image=32)),
    # More tokens than are asked for at once.
    "videoprism": lambda: videoprism.Vision(videoprism.VisionSizes(32, 4, 48, 1, 1, 1, positions=(3, 8, 8), patch=4)),
}
TEXTS: dict[str, Callable[[], torch.nn.Module]] = {
    "videoprism": lambda: videoprism.Text(TextSizes(width=32, heads=4, layers=2, dim=32, vocabulary=49408)),
}


@dataclass
class Case:
    pair: Pair
    folder: Path


@pytest.fixture(scope="module", params=VISIONS)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    torch.manual_seed(0)
    vision = VISIONS[request.param]()
    text = TEXTS.get(request.param, lambda: TextTransformer(TextSizes(width=64, heads=4, layers=2, dim=32)))()
    for parameter in (*vision.parameters(), *text.parameters()):
        torch.nn.init.normal_(parameter, mean=0.1, std=0.2)
    video_tower = TorchVideoTower(SPEC, vision, CPU)
    text_tower = TorchTextTower(SPEC, text, lambda texts: padded_ids(texts, 77, trim=True), CPU)
    return Case(Pair(SPEC, lambda: video_tower, lambda: text_tower, files=()), tmp_path_factory.mktemp("onnx"))


def test_exported_towers_answer_as_torch_does_and_a_difference_is_not_ok(case: Case) -> None:
    written = export(case.pair, case.folder)
    assert {half: exported["ok"] for half, exported in written.items()} == {"video": True, "text": True}

    pixels = np.random.default_rng(2).integers(0, 256, (5, 4, 32, 32, 3), dtype=np.uint8)
    video = case.pair.video()
    assert isinstance(video, TorchVideoTower)
    session = onnxruntime.InferenceSession(case.folder / "video.onnx")
    embedded = video.encode(pixels)
    ours = embedded.clips if embedded.frames is None else np.insert(embedded.frames, 0, embedded.clips, axis=1)
    np.testing.assert_allclose(session.run(None, {"pixels": pixels})[0], ours, atol=1e-5)

    for parameter in video.module.parameters():
        parameter.data.mul_(1.5)
    assert compared(case.folder / "video.onnx", video.module, "pixels", pixels)["ok"] is False


def test_the_embedded_pair_is_onnx_already(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"vlc-lite is no model of torch; its files are .*video\.onnx"):
        export(open_pair("vlc-lite"), tmp_path)
