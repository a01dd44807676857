"""What is looked for among words: single words, phrases, beginnings of words; and where a text holds them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from data.folding import Token, tokens_of

# Whoever asks for more has pasted a text.
MOST_TERMS = 32

_PART = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that have to follow one another; where it `is_open`, the last one may go on."""

    tokens: tuple[str, ...]
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters [start, end) of a text."""

    start: int
    end: int


def terms_of(words: str) -> list[Term]:
    """Each word by itself, what is in quotes or written in one as a phrase, and `begin*` as the beginning of a word."""
    parts = [quoted or plain for quoted, plain in _PART.findall(words)]
    return list(dict.fromkeys(term for part in parts for term in phrase_of(part)))[:MOST_TERMS]


def phrase_of(words: str) -> list[Term]:
    """All of it as one phrase, which may be open; none where it holds no word."""
    tokens = tuple(token.text for token in tokens_of(words))
    return [Term(tokens[:MOST_TERMS], words.rstrip().endswith("*"))] if tokens else []


def pieces_of(sentence: str) -> list[Term]:
    """What a sentence is made of, each counted by itself: its words and, of scripts without spaces, pairs of signs."""
    found: list[Term] = []
    for is_sign, run in groupby(tokens_of(sentence), key=lambda token: token.is_sign):
        texts = [token.text for token in run]
        if is_sign and len(texts) > 1:
            found += [Term(pair) for pair in pairwise(texts)]
        else:
            found += [Term((text,)) for text in texts]
    return list(dict.fromkeys(found))[:MOST_TERMS]


def marks_in(text: str, terms: Sequence[Term]) -> list[Mark]:
    """Where a text holds any of them, in order; what touches or overlaps is one."""
    tokens = tokens_of(text)
    found = sorted(
        (tokens[at].start, tokens[at + len(term.tokens) - 1].end) for term in terms for at in _places(tokens, term)
    )
    marks: list[Mark] = []
    for start, end in found:
        if marks and start <= marks[-1].end:
            marks[-1] = Mark(marks[-1].start, max(end, marks[-1].end))
        else:
            marks.append(Mark(start, end))
    return marks


def held_by(folded: str, terms: Sequence[Term]) -> set[Term]:
    """Those of the terms that a text holds, as `data.folding.folded` gives it."""
    whole = f" {folded} "
    return {term for term in terms if f" {' '.join(term.tokens)}{'' if term.is_open else ' '}" in whole}


def _places(tokens: Sequence[Token], term: Term) -> Iterator[int]:
    length = len(term.tokens)
    *firsts, last = term.tokens
    for at in range(len(tokens) - length + 1):
        ending = tokens[at + length - 1].text
        fits = ending.startswith(last) if term.is_open else ending == last
        if fits and all(tokens[at + step].text == first for step, first in enumerate(firsts)):
            yield at
