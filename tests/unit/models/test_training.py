import copy
import warnings
from pathlib import Path
from typing import cast

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from torch import Tensor, nn

from models.training import backbone
from models.training.export import export_text, export_video, fuse_pads, store_small
from models.training.pictures.flow import Motion
from models.training.recipes import RecipeError
from models.training.sentences.language import SentenceEncoder
from models.training.sentences.vocabulary import trimmed, with_words
from models.training.start import take_over_text, take_over_video
from models.training.towers import Backbone, Pooling, TextResidual, TextTower, VideoTower
from models.training.train import read_recipe

RECIPE = Path(backbone.__file__).parent / "configs" / "vlc-lite.toml"


def checkpoint() -> dict[str, Tensor]:
    """A net in the packages' key names: blocks that keep, halve and widen."""
    made = torch.Generator().manual_seed(0)
    weights: dict[str, Tensor] = {}

    def conv(name: str, norm: str, shape: tuple[int, ...]) -> None:
        weights[f"{name}.weight"] = torch.randn(shape, generator=made) * 0.3
        for part in ("weight", "running_var"):
            weights[f"{norm}.{part}"] = torch.rand(shape[0], generator=made) + 0.5
        for part in ("bias", "running_mean"):
            weights[f"{norm}.{part}"] = torch.randn(shape[0], generator=made) * 0.1

    conv("_conv_stem", "_bn0", (8, 3, 3, 3))
    conv("_blocks.0._depthwise_conv", "_blocks.0._bn1", (8, 1, 3, 3))
    conv("_blocks.0._project_conv", "_blocks.0._bn2", (4, 8, 1, 1))
    for i, (narrow, out) in enumerate([(4, 6), (6, 6)], 1):
        conv(f"_blocks.{i}._expand_conv", f"_blocks.{i}._bn0", (12, narrow, 1, 1))
        conv(f"_blocks.{i}._depthwise_conv", f"_blocks.{i}._bn1", (12, 1, 5, 5))
        conv(f"_blocks.{i}._project_conv", f"_blocks.{i}._bn2", (out, 12, 1, 1))
    conv("_conv_head", "_bn1", (10, 6, 1, 1))
    return weights


def test_a_backbone_halves_the_picture_where_its_stages_begin() -> None:
    maps = torch.randn(2, 3, 32, 32)
    sides = []
    for stage in backbone.stages(checkpoint()):
        maps = stage(maps)
        sides.append(maps.shape[-1])
    assert sides == [16, 16, 8, 8, 8]


def test_a_strided_convolution_pads_as_tensorflow_does() -> None:
    conv = backbone.FrozenNormConv(checkpoint(), "_conv_stem", "_bn0", stride=2)
    corner = torch.zeros(1, 3, 8, 8)
    corner[..., 0, 0] = 1.0
    # "Same" padding of an even side at stride 2 is on the right and below only: the kernel begins at the corner.
    expected = (conv.kernel * conv.scale).sum(1)[:, 0, 0] + conv.bias
    torch.testing.assert_close(conv(corner)[0, :, 0, 0], expected)


def pooled(frames: int) -> tuple[Tensor, Tensor]:
    torch.manual_seed(0)
    pooling = Pooling(16, torch.randn(5, 8), width=12, dropout=0.5, noise=0.5).eval()
    nn.init.normal_(pooling.exit.weight)
    feature, score = torch.randn(1, 1, 16), torch.randn(1, 1, 5)
    clips, each = pooling(feature.expand(1, frames, 16), score.expand(1, frames, 5))
    return clips.detach(), each.detach()


def test_pooling_a_still_video_gives_its_one_frame() -> None:
    one, still = pooled(1), pooled(6)
    torch.testing.assert_close(one[0], still[0])
    torch.testing.assert_close(still[1][:, 3], one[0])


class Padded(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = backbone.FrozenNormConv(checkpoint(), "_conv_stem", "_bn0", stride=2)

    def forward(self, pixels: Tensor) -> Tensor:
        return cast(Tensor, self.conv(pixels))


def exported(folder: Path) -> onnx.ModelProto:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(folder / "folded.onnx")
    with warnings.catch_warnings():
        # The exporter that traces is the one that keeps a moving batch size through reshapes.
        warnings.simplefilter("ignore")
        torch.onnx.export(Padded(), (torch.zeros(1, 3, 8, 8),), folder / "raw.onnx", dynamo=False, opset_version=17)
    onnxruntime.InferenceSession(folder / "raw.onnx", options)
    return onnx.load(folder / "folded.onnx")


def test_paddings_become_part_of_their_convolution(tmp_path: Path) -> None:
    model, pixels = exported(tmp_path), np.random.default_rng(0).normal(size=(1, 3, 8, 8)).astype(np.float32)
    assert "Pad" in [node.op_type for node in model.graph.node]
    fuse_pads(model)
    assert [node.op_type for node in model.graph.node] == ["Conv"]
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (found,) = session.run(None, {model.graph.input[0].name: pixels})
    np.testing.assert_allclose(found, Padded()(torch.from_numpy(pixels)).detach().numpy(), atol=1e-5)


def test_large_weights_are_stored_in_bytes_and_others_in_halves() -> None:
    rng = np.random.default_rng(0)
    words, matrix = rng.normal(size=(256, 128)), rng.normal(size=(128, 128)) * np.geomspace(1e-3, 1e3, 128)
    small = rng.normal(size=(128, 12))
    weights = {"words": words, "matrix": matrix, "small": small}
    nodes = [
        onnx.helper.make_node("Gather", ["words", "ids"], ["rows"]),
        onnx.helper.make_node("MatMul", ["rows", "matrix"], ["columns"]),
        onnx.helper.make_node("MatMul", ["columns", "small"], ["out"]),
    ]
    graph = onnx.helper.make_graph(
        nodes,
        "g",
        [onnx.helper.make_tensor_value_info("ids", onnx.TensorProto.INT64, [256])],
        [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in ("columns", "out")],
        [numpy_helper.from_array(values.astype(np.float32), name) for name, values in weights.items()],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=10)
    store_small(model)
    assert len(model.SerializeToString()) < words.size + matrix.size + 2 * small.size + 3000
    columns, out = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"ids": np.arange(256)})
    # Each column keeps its own scale, however small it is beside the others.
    exact = words @ matrix
    assert (np.abs(columns - exact).max(0) < 0.05 * np.abs(exact).max(0)).all()
    np.testing.assert_allclose(out, columns @ small, rtol=0.01, atol=0.01 * np.abs(out).max())


def small_video_tower(seed: int) -> VideoTower:
    """Pictures of 28 × 28 that become maps of 14 × 14 and then 7 × 7, as the real ones do from 224 × 224."""
    torch.manual_seed(seed)
    weights = checkpoint()
    weights |= {"_fc.weight": torch.randn(1000, 1280), "_fc.bias": torch.randn(1000)}
    wide = {"_blocks.0._project_conv": (112, 8, 1, 1), "_blocks.1._expand_conv": (12, 112, 1, 1)}
    wide["_conv_head"] = (1280, 6, 1, 1)
    for name, shape in wide.items():
        weights[f"{name}.weight"] = torch.randn(shape) * 0.3
    for norm, count in (("_blocks.0._bn2", 112), ("_bn1", 1280)):
        for part in ("weight", "running_var", "bias", "running_mean"):
            weights[f"{norm}.{part}"] = torch.rand(count) + 0.5
    pooling = Pooling(2 * 1280, torch.randn(1000, 24), width=32, dropout=0.1, noise=0.1)
    nn.init.normal_(pooling.exit.weight)
    pooling.log_sharpness.data.fill_(0.1 * seed)
    still = Motion(3, 24)
    still.aim(torch.randn(3, 24), torch.randn(50, 24))
    others = {name: 1.1 * value for name, value in weights.items()}
    return VideoTower([Backbone(weights), Backbone(others)], pooling, still).eval()


def small_text_tower(seed: int) -> TextTower:
    torch.manual_seed(seed)
    encoder = SentenceEncoder(bert(width=24, layers=2))
    residual = TextResidual(24, width=32, dropout=0.1)
    nn.init.normal_(residual.exit.weight)
    return TextTower(encoder, residual).eval()


def bert(*, width: int, layers: int) -> dict[str, Tensor]:
    """Weights by BERT's key names."""
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (50, width),
        "embeddings.position_embeddings.weight": (128, width),
        "embeddings.token_type_embeddings.weight": (2, width),
        "embeddings.LayerNorm.weight": (width,),
        "embeddings.LayerNorm.bias": (width,),
    }
    for layer in (f"encoder.layer.{i}" for i in range(layers)):
        square = [f"attention.self.{part}" for part in ("query", "key", "value")] + ["attention.output.dense"]
        for name, out, into in [(n, width, width) for n in square] + [
            ("intermediate.dense", 2 * width, width),
            ("output.dense", width, 2 * width),
        ]:
            shapes |= {f"{layer}.{name}.weight": (out, into), f"{layer}.{name}.bias": (out,)}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{layer}.{name}.weight": (width,), f"{layer}.{name}.bias": (width,)}
    return {name: torch.randn(shape) for name, shape in shapes.items()}


def test_training_goes_on_from_an_exported_text_tower(tmp_path: Path) -> None:
    export_text(small_text_tower(1), tmp_path / "text.onnx")
    later, ids, mask = small_text_tower(2), torch.tensor([[4, 8, 15, 0]]), torch.tensor([[1.0, 1, 1, 0]])
    # Words and where they stand are never tuned: every tower has the same.
    later.encoder.words, later.encoder.positions = (
        small_text_tower(1).encoder.words,
        small_text_tower(1).encoder.positions,
    )
    take_over_text(later, tmp_path / "text.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "text.onnx")
    (told,) = session.run(None, {"ids": ids.numpy(), "mask": mask.numpy()})
    np.testing.assert_allclose(later(ids, mask).detach().numpy(), told, atol=1e-5)


def test_a_tower_keeps_the_words_that_its_tokenizer_knows() -> None:
    words = ["[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "cat", "1847", "北", "##s", "7"]
    whole = Tokenizer(WordPiece({word: row for row, word in enumerate(words)}, unk_token="[UNK]"))
    whole.pre_tokenizer = BertPreTokenizer()
    whole.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 3), ("[SEP]", 4)])
    part, rows = trimmed(whole)
    assert [words[row] for row in rows] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "cat", "##s", "7"]
    tower = small_text_tower(1)
    (told,), (kept,) = (
        t(torch.tensor([tokenizer.encode("cats 7").ids]), torch.ones(1, 5)).detach()
        for t, tokenizer in ((tower, whole), (with_words(copy.deepcopy(tower), rows, tokens=8), part))
    )
    torch.testing.assert_close(told, kept)
    assert part.encode("北 1847").tokens == ["[CLS]", "[UNK]", "[UNK]", "[SEP]"]


def test_training_goes_on_from_an_exported_video_tower(tmp_path: Path) -> None:
    export_video(small_video_tower(1), tmp_path / "video.onnx", image_size=28)
    later = small_video_tower(2)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 3, 28, 28, 3), np.uint8)
    shown = onnxruntime.InferenceSession(tmp_path / "video.onnx").run(None, {"pixels": pixels})[1]
    # Class names keep their vectors, and motion is learned anew: neither is taken over.
    later.pooling.prototypes.copy_(small_video_tower(1).pooling.prototypes)
    later.motion = small_video_tower(1).motion
    assert np.abs(later(torch.from_numpy(pixels))[1].detach().numpy() - shown).max() > 0.1
    take_over_video(later, tmp_path / "video.onnx")
    np.testing.assert_allclose(later(torch.from_numpy(pixels))[1].detach().numpy(), shown, atol=2e-3)


def test_a_pair_that_is_built_otherwise_is_no_start(tmp_path: Path) -> None:
    export_text(small_text_tower(1), tmp_path / "text.onnx")
    other = TextTower(SentenceEncoder(bert(width=24, layers=3)), TextResidual(24, width=32, dropout=0.1))
    with pytest.raises(ValueError, match=r"has no encoder\.layers\.2"):
        take_over_text(other, tmp_path / "text.onnx")


def test_the_shipped_recipe_reads() -> None:
    recipe = read_recipe(RECIPE)
    assert recipe.backbones == ("lite0", "lite2")
    assert all(tuning.steps > 0 for tuning in recipe.tunings)


@pytest.mark.parametrize("text", ["x =", "seed = 1", "tunings = [{steps = 1}]"])
def test_recipes_that_can_not_be_followed_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(RecipeError, match=r"bad\.toml"):
        read_recipe(tmp_path / "bad.toml")
