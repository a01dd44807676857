"""Multiple choice by a contrastive pair: of several sentences, the one that lies nearest to the video."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.manifests import ManifestError
from data.questions import Choosing, present
from models.pair import Pair
from models.spec import Floats
from search.evaluation.figures import RankedQuery, draws_of, interval_of
from search.evaluation.items import embed_file, embed_texts


def chosen(
    questions: Sequence[Choosing], pair: Pair, say: Callable[[str], None]
) -> tuple[list[RankedQuery], dict[str, int]]:
    """The rank of each right choice, ties against us, where its video could be read; how many others there are."""
    there = present([one.video for one in questions])
    vectors = {video: _embedded(video, pair, say) for video in sorted(there)}
    ranked = [
        RankedQuery(f"{number} {one.id}", _rank(one, vector, pair))
        for number, one in enumerate(questions)
        if (vector := vectors.get(one.video)) is not None
    ]
    missing = sum(one.video not in there for one in questions)
    return ranked, {"missing": missing, "unread": len(questions) - missing - len(ranked)}


def _embedded(video: Path, pair: Pair, say: Callable[[str], None]) -> Floats | None:
    try:
        return embed_file(video, pair)
    except ManifestError as e:
        say(f"left out: {e}")
        return None


def _rank(one: Choosing, vector: Floats, pair: Pair) -> int:
    cosines = embed_texts(one.choices, pair) @ vector
    return int(np.count_nonzero(cosines >= cosines[one.answer]))


def choice_figures(ranked: Sequence[RankedQuery], questions: Sequence[Choosing]) -> dict[str, Any]:
    """`accuracy` in percent with its interval, and what guessing would give. Raises ManifestError for none at all."""
    if not ranked:
        raise ManifestError(f"none of the videos of {len(questions)} questions is there, such as {questions[0].video}")
    right = np.array([100.0 * (one.rank == 1) for one in ranked])
    guess = 100 * float(np.mean([1 / len(one.choices) for one in questions]))
    interval = interval_of(right[draws_of(len(right))].mean(axis=1))
    return {"questions": len(ranked), "accuracy": float(right.mean()), "ci": {"accuracy": interval}, "by_chance": guess}
