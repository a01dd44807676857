"""Which kinds of recipes there are, and who follows each."""

from collections.abc import Callable
from pathlib import Path

from models.spec import Runtime
from models.training.recipes import RecipeError, facts_of
from sceneseek.training import recognising, wording
from sceneseek.training.sources import Body, Say
from search.evaluation.actions import accuracy_lines
from search.evaluation.answers import answer_lines
from search.evaluation.figures import figure_lines

KINDS: dict[str, Callable[[Path, Body, Path, Say, Runtime], Body]] = {
    "pair": wording.embedded_pair,
    "masked": recognising.masked,
    "language": wording.language,
    "actions": recognising.actions,
    "joined": recognising.joined,
    "answers": wording.answers,
}


def train(config: Path, folder: Path, say: Say, runtime: Runtime) -> Body:
    """Follow a recipe under `folder`; what it made, and how good that is.

    Raises RecipeError, ManifestError, BadWeights, Diverged.
    """
    facts = facts_of(config)
    kind = facts.pop("kind", "pair")
    if kind not in KINDS:
        raise RecipeError(f"{config}: no kind {kind!r}; there are {', '.join(KINDS)}")
    return KINDS[kind](config, facts, folder, say, runtime)


def training_lines(body: Body) -> list[str]:
    """What a run made, for people."""
    if "recogniser" in body:
        return accuracy_lines(body)
    if "classifier" in body:
        return answer_lines(body)
    if "t2v" in body:
        return [*figure_lines({**body, "model": body["pair"], "ranking": "cosine"}), f"the pair is {body['pair']}"]
    return [
        f"the {name} are in {path}" if name == "weights" else f"the {name} is in {path}" for name, path in body.items()
    ]
