"""Slips of the keyboard: words that neither a dictionary nor the text tower knows, one edit from one that it does."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import ascii_lowercase

from spellchecker import SpellChecker

# Shorter words are one edit from too many others.
_LEAST_LETTERS = 5
_QUOTED = re.compile(r"(\"[^\"]*\")")
_WORD = re.compile(rf"[a-z]{{{_LEAST_LETTERS},}}(?![\w'-])")


class Spelling:
    """Knows whole words, the commonest first (`order` gives each its place)."""

    def __init__(self, order: Mapping[str, int]) -> None:
        self._order = order

    def corrected(self, text: str) -> str:
        """Only words in small letters outside quotes are touched: names and abbreviations are left as they are."""
        parts = _QUOTED.split(text)
        parts[::2] = [_WORD.sub(self._replaced, part) for part in parts[::2]]
        return "".join(parts)

    def _replaced(self, found: re.Match[str]) -> str:
        return self._nearest(found[0]) if _is_alone(found) else found[0]

    def _nearest(self, word: str) -> str:
        if word in self._order or is_english(word):
            return word
        known = [other for other in _one_edit_from(word) if other in self._order]
        return min(known, key=lambda other: self._order[other], default=word)


def is_english(word: str) -> bool:
    """Whether a dictionary has the word, in small letters."""
    return word in _dictionary()


@cache
def _dictionary() -> SpellChecker:
    return SpellChecker("en")


def spelling_of(files: tuple[Path, ...]) -> Spelling | None:
    """From the vocabulary of a word-piece tokenizer among a pair's files, which comes by frequency; None without."""
    for file in files:
        if file.name == "tokenizer.json":
            model = json.loads(file.read_text(encoding="utf-8")).get("model", {})
            if model.get("type") == "WordPiece":
                _dictionary()  # read now, a tenth of a second, and not while a query waits
                return Spelling({word: place for word, place in model["vocab"].items() if word.isalpha()})
    return None


def _is_alone(found: re.Match[str]) -> bool:
    before = found.string[found.start() - 1 : found.start()]
    return not (before.isalnum() or before in ("'", "-", "_", ":"))


def _one_edit_from(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in ascii_lowercase)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in ascii_lowercase)
