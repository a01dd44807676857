"""Which of some answers to a question a clip shows, by its cosine with each of them."""

from collections.abc import Sequence

from models.heads.classify import softmax
from models.spec import BadInput, Floats


def statements(question: str, choices: Sequence[str]) -> list[str]:
    """The sentence for each choice, as a pair's text tower is to read it; without a question the choices are sentences.

    Raises BadInput for fewer than two, for one without words, and for the same one twice.
    """
    named = [choice.strip() for choice in choices]
    if len(named) < 2 or not all(named) or len(set(named)) < len(named):
        raise BadInput(f"two different choices or more are needed, each with words, got {list(choices)}")
    return [f"{question.strip()} {choice}".strip() for choice in named]


def shares(cosines: Floats) -> Floats:
    """[..., choices] → probabilities, as of labels."""
    return softmax(cosines)
