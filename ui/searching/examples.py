"""A few sentences that find something in the library at hand."""

from dataclasses import dataclass
from statistics import fmean, pstdev

from ui.client import Body, Client
from ui.playing.moments import Card

_SENTENCES = (
    "a cat",
    "a dog playing outside",
    "birds in the air",
    "a horse",
    "a person talking to the camera",
    "people walking in a street",
    "children playing",
    "a crowd at a concert",
    "someone cooking in a kitchen",
    "a cup of coffee on a table",
    "a plate of food",
    "a car driving on a road",
    "someone riding a bicycle",
    "a motorcycle",
    "a train arriving",
    "an airplane in the sky",
    "a rocket on a launch pad",
    "a city at night",
    "tall buildings",
    "waves on a beach",
    "snow on mountains",
    "trees in a forest",
    "a flower close up",
    "stars in space",
    "a sports match",
    "someone playing guitar",
    "a cartoon animal",
    "a screen with text",
    "hands working with tools",
    "a sunset",
)
_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence and the frame that it finds."""

    sentence: str
    thumbnail_url: str
    promise: float
    video_id: str


def found(client: Client, count: int = 4) -> list[Example]:
    """Sentences whose best moment stands out most from the others, each from another video."""
    tried = [found for sentence in _SENTENCES if (found := _tried(client, sentence))]
    chosen: dict[str, Example] = {}
    for example in sorted(tried, key=lambda example: -example.promise):
        chosen.setdefault(example.video_id, example)
    return list(chosen.values())[:count]


def card(example: Example, browser_url: str) -> Card:
    """A card that asks its sentence."""
    return {
        "id": example.sentence,
        "sentence": example.sentence,
        "thumbnail": browser_url + example.thumbnail_url,
        "alt": "",
    }


def _tried(client: Client, sentence: str) -> Example | None:
    moments: list[Body] = client.search({"query": sentence, "limit": _DEPTH})["moments"]
    if not moments:
        return None
    scores = [moment["score"] for moment in moments]
    best = moments[0]
    # A cosine says less than how far it lies above what this sentence finds anyway; both together say most.
    above = (scores[0] - fmean(scores)) / pstdev(scores) if pstdev(scores) else 0.0
    return Example(sentence, best["thumbnail_url"], scores[0] * above, best["video_id"])
