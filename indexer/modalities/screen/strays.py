"""Which readings count: a reader of text finds letters in branches and windows, too."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from indexer.modalities.screen.ocr import Reading

# Sure enough by itself; sure enough where a second look says the same; and for fewer letters than `SHORT`.
ALONE, AGREED, ALONE_SHORT, AGREED_SHORT = 0.9, 0.75, 0.97, 0.92
SHORT, LEAST_LETTERS = 4, 2
# Readings as alike as this are of the same line.
ALIKE = 0.8
LEAST_S = 0.5


class Line(NamedTuple):
    """What stood on the screen, and from when to when."""

    start_s: float
    end_s: float
    text: str


def facts() -> dict[str, object]:
    """What decides which readings count: part of the fingerprint."""
    return {"scores": [ALONE, AGREED, ALONE_SHORT, AGREED_SHORT], "short": [SHORT, LEAST_LETTERS, LEAST_S, ALIKE]}


def believed(readings: Sequence[Reading], lasted_s: float) -> str | None:
    """The reading that most agree on; None where it is not to be believed."""
    best = max(readings, key=lambda each: sum(similarity(each.text, other.text) for other in readings) + each.score)
    letters = folded(best.text)
    if len(letters) < LEAST_LETTERS or lasted_s < LEAST_S or _is_motley(letters):
        return None
    agreeing = [each.score for each in readings if similarity(best.text, each.text) >= ALIKE]
    is_short = len(letters) < SHORT
    if len(agreeing) > 1:
        least = AGREED_SHORT if is_short else AGREED
    else:
        least = ALONE_SHORT if is_short else ALONE
    # Where a second look read something else, it would have to be surer still.
    is_disputed = len(readings) > len(agreeing) == 1
    return " ".join(best.text.split()) if max(agreeing) >= least and not is_disputed else None


def promises(reading: Reading) -> bool:
    """Whether one reading, with another like it, would be believed."""
    letters = folded(reading.text)
    least = AGREED_SHORT if len(letters) < SHORT else AGREED
    return len(letters) >= LEAST_LETTERS and reading.score >= least


def folded(text: str) -> str:
    """Letters and digits only, whatever their case and width."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def similarity(one: str, other: str) -> float:
    """1 for the same letters; 0 where all differ (1 - Levenshtein's distance over the longer one's length)."""
    first, second = folded(one), folded(other)
    longer = max(len(first), len(second))
    return 1 - _distance(first, second) / longer if longer else 1.0


def begins(shorter: str, longer: str) -> bool:
    """Whether one line is what the other was while it was being written."""
    first, second = folded(shorter), folded(longer)
    return len(first) <= len(second) and similarity(first, second[: len(first)]) >= ALIKE


def contains(longer: str, shorter: str) -> bool:
    """Whether one line is a piece of the other."""
    return folded(shorter) in folded(longer)


def _distance(first: str, second: str) -> int:
    if first == second:
        return 0
    row = list(range(len(second) + 1))
    for n, letter in enumerate(first, 1):
        before, row[0] = row[0], n
        for m, other in enumerate(second, 1):
            before, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, before + (letter != other))
    return row[-1]


def _is_motley(letters: str) -> bool:
    """Whether it mixes scripts as no writing does: a few signs of one among letters of the other."""
    alphabetic = [letter for letter in letters if letter.isalpha()]
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in alphabetic)
    return 0 < wide < len(alphabetic) and min(wide, len(alphabetic) - wide) == 1 and len(alphabetic) < 5
