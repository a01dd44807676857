"""What a few examples are worth: concepts of 1 to 16 of them, beside the words for the same thing.

A class is a phrase that captions of a manifest hold, of 24 items or more and 15 % of all or fewer, in the order of the
alphabet: with the even ones constants were chosen, the odd ones are reported. From each sixteen examples are drawn, and
all items but these are ranked, whether the first one teaches or all of them. Mean average precision and precision among
the first five are in percent, with 95 % intervals of a bootstrap over classes. What the library holds besides is all
items, members of the class among them.

    python -m benchmarks.concepts MANIFEST [--draws 10] [--half odd] [--json FILE]
    python -m benchmarks.concepts --draw FIGURES.json CHART.svg
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.charts import lines
from benchmarks.short_queries import ShortQuery, figures, phrases_held
from data.manifests import read_manifest
from models.heads.probe import Everything, direction, everything, prototype
from models.registry import open_pair
from models.spec import Floats
from search.evaluation.items import embed_items, embed_texts
from search.query.tree import And, Text
from search.ranking.joining import joined

COUNTS = (1, 2, 4, 8, 16)
LEAST, MOST_SHARE = 24, 0.15
RESAMPLES = 2000
NAMES = ("P@1", "P@5", "mAP")
BOTH = And((Text("words"), Text("examples")), (1.0, 1.0))

Values = dict[str, dict[int, NDArray[np.float64]]]


@dataclass(frozen=True, slots=True, eq=False)
class Gallery:
    """All items [N, D], and how they are spread."""

    vectors: Floats
    beside: Everything

    def deviations(self, query: Floats) -> Floats:
        """[N]: what all items score by a vector, as composed queries count it."""
        scores = self.vectors @ query
        standard: Floats = (scores - scores.mean()) / max(float(scores.std()), 1e-6)
        return standard


def ways(gallery: Gallery, words: Floats, shown: Floats) -> dict[str, Floats]:
    """[N] scores of all items, by how they are looked for."""
    nothing = np.empty((0, shown.shape[1]), np.float32)
    text = gallery.deviations(words)
    first, probe = (
        gallery.deviations(found) for found in (prototype(shown), direction(shown, nothing, gallery.beside))
    )
    mixed = gallery.deviations(prototype(np.stack([prototype(shown), direction(shown, nothing, gallery.beside)])))
    return {
        "words alone": text,
        "examples: prototype": first,
        "examples: probe": probe,
        "examples: both mixed": mixed,
        "words AND examples": joined(BOTH, iter((text, probe))),
        "words twice + examples": 2 * text + probe,
    }


def trials(
    gallery: Gallery, words: Floats, named: ShortQuery, draws: int, rng: np.random.Generator
) -> Iterator[Values]:
    """The figures of each draw of examples, by way and count."""
    members = np.zeros(len(gallery.vectors), np.bool_)
    members[list(named.relevant)] = True
    for _ in range(draws):
        drawn = rng.permutation(np.flatnonzero(members))
        # The same items are ranked whatever the count, so that figures compare.
        others = np.ones(len(members), np.bool_)
        others[drawn[: COUNTS[-1]]] = False
        relevant = np.flatnonzero(members[others]).tolist()
        found: Values = {}
        for count in COUNTS:
            for way, scores in ways(gallery, words, gallery.vectors[drawn[:count]]).items():
                found.setdefault(way, {})[count] = np.array(figures(scores[others], relevant))
        yield found


def measured(gallery: Gallery, texts: Floats, classes: Sequence[ShortQuery], draws: int) -> Values:
    """[classes, figures] by way and count, each the mean of its draws."""
    rng = np.random.default_rng(0)
    each = [list(trials(gallery, texts[at], named, draws, rng)) for at, named in enumerate(classes)]
    return {
        way: {count: np.array([np.mean([one[way][count] for one in of], axis=0) for of in each]) for count in COUNTS}
        for way in each[0][0]
    }


def summary(found: Values) -> dict[str, dict[int, dict[str, list[float]]]]:
    """Means over classes in percent, each with its interval; and what the probe gains on the prototype, paired."""
    gained = {
        "probe − prototype": ("examples: probe", "examples: prototype"),
        "words AND examples − words alone": ("words AND examples", "words alone"),
        "words twice + examples − words alone": ("words twice + examples", "words alone"),
    }
    paired = {name: {k: found[one][k] - found[other][k] for k in COUNTS} for name, (one, other) in gained.items()}
    return {way: {k: _told(values) for k, values in of.items()} for way, of in {**found, **paired}.items()}


def _told(values: NDArray[np.float64]) -> dict[str, list[float]]:
    draws = np.random.default_rng(0).integers(0, len(values), (RESAMPLES, len(values)))
    means = values[draws].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return {
        name: [round(100 * float(figure), 1) for figure in (values[:, at].mean(), low[at], high[at])]
        for at, name in enumerate(NAMES)
    }


def table(told: dict[str, dict[int, dict[str, list[float]]]], figure: str) -> list[str]:
    """Markdown: a row for each way, a column for each count."""
    head = [f"| {figure}, % | " + " | ".join(map(str, COUNTS)) + " |", "|---" * (len(COUNTS) + 1) + "|"]
    return head + [
        f"| {way} | " + " | ".join("{} [{}, {}]".format(*of[count][figure]) for count in COUNTS) + " |"
        for way, of in told.items()
    ]


def chart(told: dict[str, dict[str, dict[str, list[float]]]]) -> str:
    """The curves of what was written as JSON."""
    shown = {"words": "words alone", "prototype": "examples: prototype", "probe": "examples: probe"}
    shown |= {"words, probe": "words AND examples"}
    curves = {
        name: [(float(count), told[way][str(count)]["mAP"][0]) for count in COUNTS] for name, way in shown.items()
    }
    return lines("Mean average precision, %, against 1, 2, 4, 8 and 16 examples", curves)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("chart", type=Path, nargs="?", help="with --draw: where the drawing of MANIFEST's figures goes")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--half", choices=["even", "odd"], default="odd", help="which classes")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--draw", action="store_true", help="read figures in the place of a manifest, and draw them")
    asked = parser.parse_args()
    if asked.draw:
        asked.chart.write_text(chart(json.loads(asked.manifest.read_text())["figures"]), encoding="utf-8")
        return
    items = [item for item in read_manifest(asked.manifest) if item.captions]
    phrases = phrases_held([item.captions for item in items], least=LEAST, most=MOST_SHARE * len(items))
    classes = phrases[asked.half == "odd" :: 2]
    pair = open_pair("vlc-lite")
    vectors = embed_items(items, pair)
    texts = embed_texts([named.text for named in classes], pair)
    told = summary(measured(Gallery(vectors, everything(vectors)), texts, classes, asked.draws))
    print(f"{len(items)} items, {len(classes)} classes: {', '.join(named.text for named in classes)}")
    for figure in ("mAP", "P@5"):
        print("\n".join(["", *table(told, figure)]))
    if asked.json:
        asked.json.write_text(json.dumps({"items": len(items), "classes": len(classes), "figures": told}))


if __name__ == "__main__":
    main()
