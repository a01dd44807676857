"""Which of some labels a clip shows, by its cosine with sentences made from them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.pair import Pair
from models.spec import BadInput, Floats, ModelSpec

TEMPLATES = (
    "{}",
    "a video of {}",
    "a person is {}",
    "people {}",
    "someone can be seen {}",
    "a short clip that shows {}",
    "footage of {} filmed by a bystander",
    "the activity in this scene is {}",
    "a close view of {}",
    "{} indoors or outdoors",
)

# Of 1/temperature: what CLIP's learned scale is clipped to, and what ViCLIP's demonstration uses.
_SCALE = 100.0
_KINETICS = Path(__file__).with_name("labels") / "kinetics400.txt"


class Classifier:
    """Labels made into sentences once, for any number of clips."""

    def __init__(self, pair: Pair, labels: Sequence[str], templates: Sequence[str] = TEMPLATES) -> None:
        self.labels = tuple(labels)
        self.spec = pair.spec
        self._video = pair.video()
        text = pair.text()
        self._sentences = np.stack([text.encode([form.format(label) for label in labels]) for form in templates])

    def probabilities(self, pixels: NDArray[np.uint8]) -> Floats:
        """pixels [B, T, S, S, 3], as the video tower takes them → [B, labels], each row summing to 1."""
        return averaged(self._video.encode(pixels).clips, self._sentences, self.spec)


def best_of(labels: Sequence[str], shares: Floats, count: int) -> list[tuple[str, float]]:
    """The likeliest labels with their shares [C], likeliest first."""
    return [(labels[number], float(shares[number])) for number in np.argsort(-shares, kind="stable")[:count]]


def averaged(clips: Floats, sentences: Floats, spec: ModelSpec) -> Floats:
    """clips [B, D], sentences [templates, labels, D] → [B, labels].

    InternVideo1 averages the probabilities of each template (arXiv 2212.03191), ViCLIP and the
    others the cosines.
    """
    cosines = np.einsum("bd,tld->btl", clips, sentences)
    if spec.name.startswith("internvideo1"):
        return softmax(cosines).mean(axis=1)
    return softmax(cosines.mean(axis=1))


def kinetics400() -> list[str]:
    """The 400 actions of Kinetics (arXiv 1705.06950), in alphabetical order."""
    return labels_in(_KINETICS.read_text(encoding="utf-8"))


def labels_in(text: str) -> list[str]:
    """One label a line, empty lines left out; BadInput where fewer than two differ."""
    labels = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(labels) < 2:
        raise BadInput(f"expected two labels or more, one a line, got {labels}")
    return labels


def softmax(cosines: Floats) -> Floats:
    """Cosines [..., N] scaled as they were learned, as shares that sum to 1."""
    powers = np.exp(_SCALE * (cosines - cosines.max(axis=-1, keepdims=True)))
    return powers / powers.sum(axis=-1, keepdims=True)


def label_lines(body: dict[str, Any]) -> list[str]:
    """A line for each video, for people: its likeliest labels."""
    return [
        f"{path}: " + ", ".join(f"{each['label']} {each['probability']:.2f}" for each in best)
        for path, best in body.items()
    ]
