"""Actions of published sets without training: the nearest of sentences made from the classes' names."""

from pathlib import Path
from typing import Any

import numpy as np

from data.academic.actions import Actions
from data.academic.captioned import chosen
from models.heads.classify import TEMPLATES, Classifier
from models.pair import Pair
from models.spec import Floats
from search.evaluation.actions import Judged, accuracy
from search.evaluation.figures import RankedQuery
from search.evaluation.films import Films, Say, films, whole


def measured_actions(
    how: Actions, root: Path, split: str | None, pair: Pair, say: Say
) -> tuple[list[RankedQuery], dict[str, Any]]:
    """Each video's rank of its own class, and the body of `eval --dataset`. Raises ManifestError."""
    part = chosen(how.splits, split)
    of = how.read(root, part)
    classifier = Classifier(pair, of.classes)
    labels = {str(act.file): act for act in of.acts}

    def shares(_name: str, file: Path) -> Floats:
        return classifier.probabilities(whole(file, pair.spec))

    there = films({name: (act.file,) for name, act in labels.items()}, shares, say)
    acts = tuple(labels[name] for name in there.made)
    judged = Judged(acts, np.concatenate(list(there.made.values())), tuple(labels[name] for name in there.unread))
    body = {
        "protocol": {
            "split": part,
            "views": "one of the whole video",
            "frames": pair.spec.frames_per_clip,
            "templates": len(TEMPLATES),
            "ties": "against us",
        },
        **Films(there.made, [*of.missing], there.unread).facts(),
        "classes": len(of.classes),
        "usual_classes": how.usual,
        "actions": accuracy(judged, len(of.classes)),
    }
    return judged.ranked(), body
