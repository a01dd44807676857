"""What a question found, and which of its choices that shows."""

from dataclasses import dataclass

from sceneseek.moment import Moment


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that was offered; the probabilities of all sum to 1."""

    text: str
    probability: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Answer:
    """`moment` is what the question found, `choices` are the likeliest first; None and none where nothing was found.

    found = library.answer("what is on the desk?", ["a cat", "a dog"])
    print(found.choices[0].text, found.moment)
    """

    moment: Moment | None
    choices: tuple[Choice, ...]
