"""Recipes that learn from videos and words: language pairs, and answers to questions."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from data.manifests import Item, ManifestError, frames_of, pictures, read_manifest, read_names
from data.media.pixels import Fit
from data.questions import OPEN, Asked, present
from models.spec import Runtime
from models.training.encoders.answers import Told, commonest, learn_answers
from models.training.encoders.kinds import AnswerRecipe, LanguageRecipe
from models.training.encoders.language import Contrasted, cosines, learn_language
from models.training.recipes import RecipeError, recipe_of
from sceneseek.training.sources import Body, Say, of_file, of_item
from search.evaluation.answers import measured_answers
from search.evaluation.figures import matched


def embedded_pair(config: Path, facts: Body, folder: Path, say: Say, _runtime: Runtime) -> Body:
    """The pair that the program ships."""
    # It stands on packages that are needed for nothing else.
    from models.training.pictures.album import Example
    from models.training.train import IMAGE_SIZE, Recipe, train

    recipe = recipe_of(Recipe, facts, config)
    items = [item for manifest in recipe.manifests for item in read_manifest(manifest)]
    fit = Fit(IMAGE_SIZE, "squash", "bicubic")
    examples = [Example(partial(pictures, item, fit), item.captions) for item in items if item.captions]
    return {"pair": str(train(recipe, examples, folder, say))}


def language(config: Path, facts: Body, folder: Path, say: Say, runtime: Runtime) -> Body:
    """InternVideo1's towers. Raises RecipeError, ManifestError, BadWeights, Diverged."""
    recipe = recipe_of(LanguageRecipe, facts, config)
    learned = [item for manifest in recipe.manifests for item in read_manifest(manifest) if item.captions]
    asked = [item for item in read_manifest(recipe.evaluate) if item.captions]
    if not learned or not asked:
        raise ManifestError(f"{config}: no item has a caption to learn from, or to be measured by")
    sources = [of_item(item, number, recipe.clip, say) for number, item in enumerate(learned)]
    path, module = learn_language(recipe, [item.captions for item in learned], sources, folder, say, runtime)
    return {"pair": str(path), "items": len(asked), **_retrieved(module, asked, recipe)}


def answers(config: Path, facts: Body, folder: Path, say: Say, runtime: Runtime) -> Body:
    """A classifier over answers. Raises the same."""
    recipe = recipe_of(AnswerRecipe, facts, config)
    if recipe.dataset not in OPEN:
        raise RecipeError(f"{config}: no set {recipe.dataset!r}; there are {', '.join(OPEN)}")
    learned, asked = (OPEN[recipe.dataset](recipe.root, split) for split in (recipe.train, recipe.evaluate))
    videos = sorted(present([one.video for one in learned]))
    say(f"{len(videos)} of {len({one.video for one in learned})} videos to learn from are there")
    told = _told(learned, videos)
    known = read_names(recipe.answers) if recipe.answers else commonest(told, recipe.count)
    if len(known) < 2:
        raise RecipeError(f"{config}: two answers or more are needed, got {list(known)}")
    sources = [of_file(video, number, recipe.clip, recipe.per_video, say) for number, video in enumerate(videos)]
    made = learn_answers(recipe, known, told, sources, folder, say, runtime)
    body = {"classifier": str(made), **measured_answers(made, learned, asked, runtime, say)}
    (folder / "figures.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    return body


def _told(learned: Sequence[Asked], videos: Sequence[Path]) -> list[Told]:
    numbers = {video: number for number, video in enumerate(videos)}
    return [Told(numbers[one.video], one.question, one.answer) for one in learned if one.video in numbers]


def _retrieved(module: Contrasted, asked: Sequence[Item], recipe: LanguageRecipe) -> Body:
    """First captions against all items, those that say the same being one query."""
    texts = sorted({item.captions[0] for item in asked})
    fit = Fit(recipe.clip.size, "crop", "bicubic")
    clips = np.stack([frames_of(item, fit, recipe.clip.frames) for item in asked])
    own = [texts.index(item.captions[0]) for item in asked]
    return {"queries": len(texts), **matched(cosines(module, texts, clips), own)}
