"""The short syntax of the search box.

    then    = or { "THEN" or [ "WITHIN" seconds "s" ] }
    or      = and { "OR" and }
    and     = weighted { "AND" [ "NOT" ] weighted }
    weighted = ( words | '"' anything '"' | field | "(" or ")" ) [ "^" number ]
    field   = ( "said:" | "shown:" | "seen:" | "action:" | "concept:" ) ( word | '"' anything '"' )

Operators are whole words in capitals; what is in quotes is never one. Beside a field AND may be left out.
"""

import re
from dataclasses import dataclass

from data.terms import terms_of
from data.types import QueryError
from search.query.tree import (
    MAX_DEPTH,
    MAX_LEAVES,
    MAX_WEIGHT,
    SAID,
    SHOWN,
    TAGGED,
    And,
    Concept,
    Line,
    Not,
    Or,
    Query,
    Text,
    Then,
    checked,
)

_TOKEN = re.compile(
    r"""\s*(?: "(?P<quoted>(?:[^"\\]|\\.)*)" | (?P<open>\() | (?P<close>\)) | \^(?P<weight>[\d.]+)
        | (?P<field>said|shown|seen|action|concept):(?=["\w])
        | (?P<operator>(?:AND|OR|NOT|THEN|WITHIN)(?=[\s()"]|$)) | (?P<word>[^\s()"^]+|["^]) )""",
    re.VERBOSE,
)
_KINDS = {"said": SAID, "shown": SHOWN, "action": TAGGED}
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s?")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def parse(text: str) -> Query:
    """The query that a typed string means; without an operator that is its own words. Raises QueryError."""
    checked(text)
    tokens = _tokens(text)
    if all(token.kind in ("word", "open", "close") for token in tokens):
        # Brackets in a plain sentence are part of it.
        return Text(text.strip())
    return _Parser(tokens, len(text)).query()


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise QueryError(at, "this can't be understood")
        start = match.end() - len(match[0].lstrip())
        if match[0].strip() == '"':
            raise QueryError(start, "this quotation mark is never closed")
        tokens.append(_Token(match.lastgroup, match[match.lastgroup], start))
        at = match.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[_Token], length: int) -> None:
        self._tokens, self._at, self._length = tokens, 0, length
        self._leaves = self._depth = 0
        self._has_field = False

    def query(self) -> Query:
        steps: list[Query] = [self._either()]
        within: list[float | None] = []
        while self._took("THEN"):
            steps.append(self._either())
            within.append(self._seconds() if self._took("WITHIN") else None)
        if self._at < len(self._tokens):
            raise QueryError(self._position(), f"{self._tokens[self._at].text!r} is not expected here")
        return Then(tuple(steps), tuple(within)) if within else steps[0]

    def _either(self) -> Query:
        parts = [self._both()]
        while self._took("OR"):
            parts.append(self._both())
        return Or(tuple(parts), (1.0,) * len(parts)) if len(parts) > 1 else parts[0]

    def _both(self) -> Query:
        start = self._position()
        parts: list[Query] = []
        weights: list[float] = []
        while not parts or self._took("AND") or self._is("NOT") or self._goes_on():
            negated = self._took("NOT")
            part, weight = self._weighted()
            parts.append(Not(part) if negated else part)
            weights.append(weight)
        if all(isinstance(part, Not) for part in parts):
            raise QueryError(start, "NOT needs something to be looked for beside it")
        return And(tuple(parts), tuple(weights)) if len(parts) > 1 else parts[0]

    def _weighted(self) -> tuple[Query, float]:
        part = self._part()
        if not self._is_kind("weight"):
            return part, 1.0
        token = self._next()
        try:
            weight = float(token.text)
        except ValueError:
            raise QueryError(token.position, f"{token.text!r} is no number") from None
        if not 0 < weight <= MAX_WEIGHT:
            raise QueryError(token.position, f"a weight is above 0 and at most {MAX_WEIGHT:g}, got {token.text}")
        return part, weight

    def _goes_on(self) -> bool:
        """Whether a field comes next, or something right behind one."""
        if self._is_kind("field"):
            return True
        return self._has_field and any(map(self._is_kind, ("word", "quoted", "open")))

    def _part(self) -> Query:
        start = self._position()
        self._has_field = self._is_kind("field")
        if self._is_kind("open"):
            return self._bracketed(start)
        if self._has_field:
            return self._field()
        words = []
        while self._is_kind("word") or self._is_kind("quoted"):
            token = self._next()
            words.append(re.sub(r"\\(.)", r"\1", token.text) if token.kind == "quoted" else token.text)
        sentence = " ".join(words).strip()
        if not sentence:
            raise QueryError(start, "words are missing here")
        self._count(start)
        return Text(sentence)

    def _field(self) -> Query:
        """What is right behind it: a word, or whatever is in quotes as a phrase or a name."""
        field = self._next()
        self._count(field.position)
        value = self._next() if self._is_kind("quoted") or self._is_kind("word") else None
        text = re.sub(r"\\(.)", r"\1", value.text) if value else ""
        if field.text == "seen" and text.strip():
            return Text(text.strip(), by=("seen",))
        if field.text == "concept" and text.strip():
            return Concept(text.strip(), field.position)
        words = '"{}"'.format(text.replace('"', " ")) if value and value.kind == "quoted" else text
        if not terms_of(words):
            raise QueryError(field.position, f"{field.text}: needs a word behind it")
        return Line(words, _KINDS[field.text])

    def _count(self, start: int) -> None:
        self._leaves += 1
        if self._leaves > MAX_LEAVES:
            raise QueryError(start, f"more than {MAX_LEAVES} parts")

    def _bracketed(self, start: int) -> Query:
        self._next()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(start, f"more than {MAX_DEPTH} brackets inside one another")
        inner = self._either()
        if self._is("THEN"):
            raise QueryError(self._position(), "THEN can't stand in brackets")
        if not self._is_kind("close"):
            raise QueryError(start, "this bracket is never closed")
        self._next()
        self._depth -= 1
        return inner

    def _seconds(self) -> float:
        start = self._position()
        match = _SECONDS.fullmatch(self._next().text) if self._is_kind("word") else None
        if match is None or float(match[1]) <= 0:
            raise QueryError(start, "WITHIN needs seconds, such as 10 or 10s")
        if self._is_kind("word") and self._tokens[self._at].text in ("s", "seconds"):
            self._next()
        return float(match[1])

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _is_kind(self, kind: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at].kind == kind

    def _is(self, operator: str) -> bool:
        return self._is_kind("operator") and self._tokens[self._at].text == operator

    def _took(self, operator: str) -> bool:
        if self._is(operator):
            self._at += 1
            return True
        return False

    def _position(self) -> int:
        return self._tokens[self._at].position if self._at < len(self._tokens) else self._length
