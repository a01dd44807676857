"""Training from recipes: what they name is read here, and handed to what learns from it."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.actions import Act, ActionSet, read_actions, read_classes
from data.manifests import ManifestError, pictures, read_manifest, read_names
from data.media.pixels import Fit
from data.media.reading import EXTENSIONS
from data.media.views import Span, views_of
from data.questions import OPEN, present
from data.types import VideoError
from models.recognition.facts import ClipShape, Facts
from models.recognition.files import facts_in
from models.recognition.recogniser import open_recogniser
from models.spec import Runtime
from models.training.encoders.clips import Source, stored_size
from models.training.encoders.kinds import ActionRecipe, ActionSets, JoinedRecipe, Listing, MaskedRecipe
from models.training.recipes import RecipeError, facts_of, recipe_of

Say = Callable[[str], None]
Body = dict[str, Any]


def train(config: Path, folder: Path, say: Say, runtime: Runtime) -> Body:
    """Follow a recipe of whatever kind under `folder`; what it made, and how good that is.

    Raises RecipeError, ManifestError, BadWeights, Diverged.
    """
    facts = facts_of(config)
    kind = facts.pop("kind", "pair")
    if kind not in _KINDS:
        raise RecipeError(f"{config}: no kind {kind!r}; there are {', '.join(_KINDS)}")
    return _KINDS[kind](config, facts, folder, say, runtime)


def _pair(config: Path, facts: Body, folder: Path, say: Say, _runtime: Runtime) -> Body:
    from models.training.pictures.album import Example
    from models.training.train import IMAGE_SIZE, Recipe
    from models.training.train import train as run

    recipe = recipe_of(Recipe, facts, config)
    items = [item for manifest in recipe.manifests for item in read_manifest(manifest)]
    fit = Fit(IMAGE_SIZE, "squash", "bicubic")
    examples = [Example(partial(pictures, item, fit), item.captions) for item in items if item.captions]
    return {"pair": str(run(recipe, examples, folder, say))}


def _masked(config: Path, facts: Body, folder: Path, say: Say, runtime: Runtime) -> Body:
    from models.training.encoders.masked import model_masked

    recipe = recipe_of(MaskedRecipe, facts, config)
    files = [file for root in recipe.videos for file in _videos_below(root)]
    sources = [_source(Act(file, 0), recipe.clip, recipe.per_video, say) for file in files]
    return {"weights": str(model_masked(recipe, sources, folder, say, runtime))}


def _actions(config: Path, facts: Body, folder: Path, say: Say, runtime: Runtime) -> Body:
    from models.training.encoders.recognise import learn_actions

    recipe = recipe_of(ActionRecipe, facts, config)
    known, measured = _sets(recipe.sets)
    sources = [_source(act, recipe.clip, recipe.sets.per_video, say) for act in known.acts]
    made = learn_actions(recipe, known.classes, sources, folder, say, runtime)
    return _measured(made, measured, recipe.sets, folder, say, runtime)


def _joined(config: Path, facts: Body, folder: Path, say: Say, runtime: Runtime) -> Body:
    from models.training.encoders.joined import join

    recipe = recipe_of(JoinedRecipe, facts, config)
    alone = facts_in(recipe.masked, Facts)
    known, measured = _sets(recipe.sets)
    if known.classes != alone.classes:
        raise RecipeError(f"{config}: the recognisers were trained on other classes than these sets have")
    sources = [_source(act, alone.clip, recipe.sets.per_video, say) for act in known.acts]
    return _measured(join(recipe, sources, folder, say, runtime), measured, recipe.sets, folder, say, runtime)


def _answers(config: Path, facts: Body, folder: Path, say: Say, runtime: Runtime) -> Body:
    from models.training.encoders.answers import Told, commonest, learn_answers
    from models.training.encoders.kinds import AnswerRecipe
    from search.evaluation.answers import measured_answers

    recipe = recipe_of(AnswerRecipe, facts, config)
    if recipe.dataset not in OPEN:
        raise RecipeError(f"{config}: no set {recipe.dataset!r}; there are {', '.join(OPEN)}")
    learned, asked = (OPEN[recipe.dataset](recipe.root, split) for split in (recipe.train, recipe.evaluate))
    videos = sorted(present([one.video for one in learned]))
    numbers = {video: number for number, video in enumerate(videos)}
    say(f"{len(videos)} of {len({one.video for one in learned})} videos to learn from are there")
    told = [Told(numbers[one.video], one.question, one.answer) for one in learned if one.video in numbers]
    answers = read_names(recipe.answers) if recipe.answers else commonest(told, recipe.count)
    if len(answers) < 2:
        raise RecipeError(f"{config}: two answers or more are needed, got {list(answers)}")
    sources = [_source(Act(video, number), recipe.clip, recipe.per_video, say) for video, number in numbers.items()]
    made = learn_answers(recipe, answers, told, sources, folder, say, runtime)
    body = {"classifier": str(made), **measured_answers(made, learned, asked, runtime, say)}
    (folder / "figures.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    return body


_KINDS: dict[str, Callable[[Path, Body, Path, Say, Runtime], Body]] = {
    "pair": _pair,
    "masked": _masked,
    "actions": _actions,
    "joined": _joined,
    "answers": _answers,
}


def _sets(sets: ActionSets) -> tuple[ActionSet, ActionSet]:
    classes = read_classes(sets.classes) if sets.classes else None
    if sets.train is None:
        measured = _read(sets.evaluate, classes)
        return ActionSet(measured.classes, ()), measured
    known = _read(sets.train, classes)
    measured = _read(sets.evaluate, known.classes)
    if both := {act.file.resolve() for act in known.acts} & {act.file.resolve() for act in measured.acts}:
        raise ManifestError(f"{len(both)} videos are learned from and measured on, such as {min(both)}")
    return known, measured


def _read(listing: Listing, classes: Sequence[str] | None) -> ActionSet:
    return read_actions(listing.source, root=listing.root, classes=classes)


def _measured(made: Path, measured: ActionSet, sets: ActionSets, folder: Path, say: Say, runtime: Runtime) -> Body:
    """Measure, and leave `figures.json`, `ranks.jsonl` and `confusion.png` in the run's folder."""
    from search.evaluation.actions import accuracy, confusion, judged, picture
    from search.evaluation.figures import write_ranks

    views, count = sets.views, len(measured.classes)
    of = judged(open_recogniser(made, runtime), measured.acts, clips=views.clips, crops=views.crops, say=say)
    if not of.acts:
        raise ManifestError(f"none of {len(measured.acts)} videos to measure on could be read")
    body: Body = {
        "recogniser": str(made),
        "videos": len(of.acts),
        "classes": count,
        "views": f"{views.clips} × {views.crops}",
        "unread": len(of.unread),
        "missing": len(measured.missing),
        **accuracy(of, count),
    }
    picture(confusion(of, count), measured.classes).save(folder / "confusion.png")
    write_ranks(folder / "ranks.jsonl", of.ranked())
    (folder / "figures.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    return body


def _videos_below(root: Path) -> list[Path]:
    found = sorted(path for path in root.rglob("*") if path.suffix.lower() in EXTENSIONS and path.is_file())
    if not found:
        raise ManifestError(f"{root}: no video in or below it")
    return found


def _source(act: Act, clip: ClipShape, per_video: int, say: Say) -> Source:
    status = act.file.stat()
    key = f"{act.file}|{status.st_size}|{status.st_mtime_ns}"
    return Source(key, partial(_clips, act.file, clip, per_video, say), act.label)


def _clips(file: Path, clip: ClipShape, per_video: int, say: Say) -> NDArray[np.uint8]:
    fit = Fit(stored_size(clip.size), "crop", "bicubic")
    try:
        return views_of(file, Span(clip.frames, clip.per_second), fit, clips=per_video)
    except VideoError as e:
        say(f"left out: {e}")
        return np.zeros((0, clip.frames, fit.size, fit.size, 3), np.uint8)


def training_lines(body: Body) -> list[str]:
    """What a run made, for people."""
    from search.evaluation.actions import accuracy_lines
    from search.evaluation.answers import answer_lines

    if "recogniser" in body:
        return accuracy_lines(body)
    if "classifier" in body:
        return answer_lines(body)
    return [
        f"the {name} is in {path}" if name == "pair" else f"the {name} are in {path}" for name, path in body.items()
    ]
