"""Recipes that learn from videos alone, and from videos with an action each."""

import json
from collections.abc import Sequence
from pathlib import Path

from data.actions import ActionSet, read_actions, read_classes
from data.manifests import ManifestError
from models.recognition.facts import Facts
from models.recognition.files import facts_in
from models.recognition.recogniser import open_recogniser
from models.spec import Runtime
from models.training.encoders.joined import join
from models.training.encoders.kinds import ActionRecipe, ActionSets, JoinedRecipe, Listing, MaskedRecipe
from models.training.encoders.masked import model_masked
from models.training.encoders.recognise import learn_actions
from models.training.recipes import RecipeError, recipe_of
from sceneseek.training.sources import Body, Say, of_file, videos_below
from search.evaluation.actions import accuracy, confusion, judged, picture
from search.evaluation.figures import write_ranks


def masked(config: Path, facts: Body, folder: Path, say: Say, runtime: Runtime) -> Body:
    """Raises RecipeError, ManifestError, BadWeights, Diverged, as all of these do."""
    recipe = recipe_of(MaskedRecipe, facts, config)
    files = [file for root in recipe.videos for file in videos_below(root)]
    sources = [of_file(file, 0, recipe.clip, recipe.per_video, say) for file in files]
    return {"weights": str(model_masked(recipe, sources, folder, say, runtime))}


def actions(config: Path, facts: Body, folder: Path, say: Say, runtime: Runtime) -> Body:
    """One encoder by itself."""
    recipe = recipe_of(ActionRecipe, facts, config)
    known, measured = _sets(recipe.sets)
    sources = [of_file(act.file, act.label, recipe.clip, recipe.sets.per_video, say) for act in known.acts]
    made = learn_actions(recipe, known.classes, sources, folder, say, runtime)
    return _measured(made, measured, recipe.sets, folder, say, runtime)


def joined(config: Path, facts: Body, folder: Path, say: Say, runtime: Runtime) -> Body:
    """Both encoders."""
    recipe = recipe_of(JoinedRecipe, facts, config)
    alone = facts_in(recipe.masked, Facts)
    known, measured = _sets(recipe.sets)
    if known.classes != alone.classes:
        raise RecipeError(f"{config}: the recognisers were trained on other classes than these sets have")
    sources = [of_file(act.file, act.label, alone.clip, recipe.sets.per_video, say) for act in known.acts]
    return _measured(join(recipe, sources, folder, say, runtime), measured, recipe.sets, folder, say, runtime)


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
