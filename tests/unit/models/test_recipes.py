"""The recipes that the program brings can be followed, and the published sizes are those of the published files."""

from pathlib import Path

import pytest
import torch

from models.architectures.internvideo1 import InternVideo1
from models.architectures.videomae import VideoMae
from models.published import layouts
from models.published.checkpoints import difference, renamed
from models.published.families import on_meta
from models.published.layouts import Layout
from models.recognition.answering import AnswerFacts, answer_net
from models.recognition.facts import ClipShape, Facts, PairedSizes, built, mae_sizes
from models.recognition.files import core_of
from models.training import recipes
from models.training.encoders.kinds import ActionRecipe, AnswerRecipe, JoinedRecipe, LanguageRecipe, MaskedRecipe
from models.training.recipes import RecipeError, facts_of, recipe_of
from tests import goldens

CONFIGS = Path(recipes.__file__).parent / "configs"
KINDS = {
    "masked": MaskedRecipe,
    "actions": ActionRecipe,
    "joined": JoinedRecipe,
    "answers": AnswerRecipe,
    "language": LanguageRecipe,
}
NAMES = sorted(path.stem for path in CONFIGS.glob("*.toml") if "kind" in facts_of(path))


def recipe(name: str) -> object:
    path = CONFIGS / f"{name}.toml"
    facts = facts_of(path)
    return recipe_of(KINDS[facts.pop("kind")], facts, path)


@pytest.mark.parametrize("name", NAMES)
def test_recipes_of_the_program_read(name: str) -> None:
    assert recipe(name)


def test_there_is_a_small_and_a_published_one_of_each_kind() -> None:
    for kind in KINDS:
        assert {name.rpartition("-")[2] for name in NAMES if name.startswith(kind)} == {"small", "b16"}


@pytest.mark.parametrize(
    ("name", "layout", "keys"),
    [
        ("actions-videomae-b16", layouts.VIDEOMAE_ACTIONS, "videomae-b16-k400"),
        ("actions-uniformerv2-b16", layouts.UNIFORMERV2, "uniformerv2-b16-k400"),
    ],
)
def test_published_sizes_take_the_published_files(name: str, layout: Layout, keys: str) -> None:
    followed = recipe(name)
    assert isinstance(followed, ActionRecipe)
    classes = tuple(map(str, range(400)))
    with torch.device("meta"):
        module = core_of(built(Facts(classes, followed.clip, followed.masked, followed.paired)))
    state = {key: torch.empty(shape, device="meta") for key, shape in goldens.HEADS[keys].items()}
    assert difference(module, renamed(layout, state)) == ""


def test_answers_at_published_size_take_the_language_pair() -> None:
    followed = recipe("answers-b16")
    assert isinstance(followed, AnswerRecipe)
    with torch.device("meta"):
        net = answer_net(
            AnswerFacts(("a", "b"), followed.clip, followed.paired, followed.text, followed.reading_layers)
        )
    state = {key: torch.empty(shape, device="meta") for key, shape in goldens.KEYS["internvideo1-b16"].items()}
    assert isinstance(net.pair, InternVideo1)
    assert difference(net.pair, renamed(layouts.INTERNVIDEO1, state)) == ""


def test_masked_modelling_at_published_size_has_the_published_count_of_parameters() -> None:
    followed = recipe("masked-b16")
    assert isinstance(followed, MaskedRecipe)
    decoder = followed.decoder
    with torch.device("meta"):
        model = VideoMae(mae_sizes(followed.encoder, (decoder.width, decoder.layers, decoder.heads)))
    assert sum(parameter.numel() for parameter in model.parameters()) == 94_210_944


def test_a_recipe_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("x =")
    with pytest.raises(RecipeError, match=r"bad\.toml"):
        facts_of(tmp_path / "bad.toml")


def test_a_language_pair_that_was_trained_here_reads_as_a_published_one() -> None:
    model = on_meta("internvideo1-b16")
    assert difference(model, renamed(layouts.INTERNVIDEO1, model.state_dict())) == ""
    with torch.device("meta"):
        video = core_of(
            built(Facts(("a", "b"), ClipShape(8, 224), paired=PairedSizes(768, 12, 12, 16, (8, 9, 10, 11))))
        )
    ours = renamed(layouts.INTERNVIDEO1_VIDEO, model.state_dict())
    assert {name for name in video.state_dict() if not name.startswith("head.")} == set(ours)
