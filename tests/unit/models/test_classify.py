from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.heads.classify import TEMPLATES, Classifier, averaged, best_of, kinetics400, labels_in
from models.pair import Pair
from models.registry import open_pair
from models.spec import BadInput, Embedded, Floats, ModelSpec

SPEC = ModelSpec("viclip-b16", "1", 2, 1, 2, (0, 0, 0), (1, 1, 1), "squash", "bicubic", "00", "none")


class Shade:
    """A clip of dark pixels points one way, one of bright pixels the other."""

    spec = SPEC

    def encode(self, pixels: NDArray[np.uint8]) -> Embedded:
        bright = pixels.mean(axis=(1, 2, 3, 4)) / 255
        return Embedded(np.stack([np.cos(bright), np.sin(bright)], axis=1).astype(np.float32), None)


class Words:
    """Sentences with "night" in them point to darkness."""

    spec = SPEC

    def encode(self, texts: list[str]) -> Floats:
        return np.array([[1, 0] if "night" in text else [0, 1] for text in texts], np.float32)


def test_labels_are_ranked_by_what_the_clip_shows() -> None:
    classifier = Classifier(Pair(SPEC, Shade, Words, files=()), ["at noon", "at night"])
    dark, bright = (np.full((1, 1, 2, 2, 3), level, np.uint8) for level in (0, 255))
    shares = classifier.probabilities(np.concatenate([dark, bright]))
    best = [best_of(classifier.labels, row, count=1) for row in shares]
    assert [[label for label, _ in row] for row in best] == [["at night"], ["at noon"]]


def test_probabilities_of_each_clip_sum_to_one() -> None:
    classifier = Classifier(open_pair("vlc-lite"), ["a cat", "a rocket", "snow"])
    spec = open_pair("vlc-lite").spec
    side, frames = spec.image_size, spec.frames_per_clip
    pixels = np.random.default_rng(0).integers(0, 256, (2, frames, side, side, 3), dtype=np.uint8)
    probabilities = classifier.probabilities(pixels)
    assert probabilities.shape == (2, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_internvideo1_averages_probabilities_and_others_cosines() -> None:
    clips = np.array([[1, 0]], np.float32)
    # One template is sure of the first label, the other leans slightly to the second.
    cosines = np.array([[0.30, 0.20], [0.20, 0.21]])
    sentences = np.stack([cosines, np.zeros_like(cosines)], axis=-1).astype(np.float32)

    def softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
        powers = np.exp(100 * values)
        shares: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
        return shares

    one = averaged(clips, sentences, replace(SPEC, name="internvideo1-l14"))
    two = averaged(clips, sentences, SPEC)
    np.testing.assert_allclose(one[0], softmax(cosines).mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(two[0], softmax(cosines.mean(axis=0)), rtol=1e-4)
    assert abs(one - two).max() > 0.1


def test_there_are_templates_enough_and_the_page_lists_them() -> None:
    page = (Path(__file__).parents[3] / "docs/models.md").read_text(encoding="utf-8")
    assert len(set(TEMPLATES)) >= 8
    assert all(f"- {template.format('…')}\n" in page for template in TEMPLATES)


def test_the_default_labels_are_400_actions() -> None:
    labels = kinetics400()
    assert len(labels) == 400
    assert labels == sorted(labels, key=str.lower)
    assert {"abseiling", "tai chi", "zumba"} <= set(labels)


def test_labels_are_lines_without_the_empty_and_the_repeated() -> None:
    assert labels_in("a cat\n\n  a dog \r\na cat\n") == ["a cat", "a dog"]


@pytest.mark.parametrize("text", ["", "\n \n", "a cat\na cat\n"])
def test_fewer_than_two_labels_are_an_error(text: str) -> None:
    with pytest.raises(BadInput, match="two labels or more"):
        labels_in(text)
