"""An index of words by PostgreSQL's text vectors, in a column that it makes itself of what is folded.

Lines come in the order of BM25 with the usual constants, as they do from SQLite's FTS5: both find the same, alike.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, String, column, func, literal, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from data.stores.catalog import tables
from data.stores.catalog.engines.database import Wanted
from data.terms import Term

TABLES, FUNCTIONS = ("texts_counted",), ("words_of(text)", "count_texts()")

_LINE = tables.texts.c
_WORDS: ColumnElement[object] = column("words", TSVECTOR)
_COUNTED = table("texts_counted", column("lines"), column("tokens"))

# A vector holds so many places, and words of so many bytes: what lies beyond can't be found.
_MOST_LETTERS = 500
# Tokens are letters, digits and marks, so that nothing needs an escape.
_MAKE = (
    rf"""CREATE FUNCTION words_of(folded text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(string_agg('''' || left(token, {_MOST_LETTERS}) || ''':' || place, ' '), '')::tsvector
    FROM unnest(string_to_array(left(folded, 100000), ' ')) WITH ORDINALITY AS each(token, place)
    WHERE place < 16384 AND token <> ''
    $$""",
    "ALTER TABLE texts ADD COLUMN words tsvector GENERATED ALWAYS AS (words_of(folded)) STORED",
    "CREATE INDEX ix_texts_words ON texts USING gin (words)",
    # One row: how many there are of all is known at once.
    "CREATE TABLE texts_counted (lines bigint NOT NULL, tokens bigint NOT NULL)",
    "INSERT INTO texts_counted SELECT count(*), coalesce(sum(cardinality(string_to_array(folded, ' '))), 0) FROM texts",
    """CREATE FUNCTION count_texts() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE sign integer := CASE WHEN TG_OP = 'DELETE' THEN -1 ELSE 1 END;
    BEGIN
        UPDATE texts_counted SET lines = lines + sign * more.number, tokens = tokens + sign * more.words FROM (
            SELECT count(*) AS number, coalesce(sum(cardinality(string_to_array(folded, ' '))), 0) AS words FROM changed
        ) AS more WHERE more.number > 0;
        RETURN NULL;
    END $$""",
    "CREATE TRIGGER count_texts_in AFTER INSERT ON texts REFERENCING NEW TABLE AS changed "
    "FOR EACH STATEMENT EXECUTE FUNCTION count_texts()",
    "CREATE TRIGGER count_texts_out AFTER DELETE ON texts REFERENCING OLD TABLE AS changed "
    "FOR EACH STATEMENT EXECUTE FUNCTION count_texts()",
)
# Of a word that stands in more lines, the server's own guess is taken: counting them would take long.
_COUNTED_UP_TO = 10_000
_EXPECTED = text("EXPLAIN (FORMAT JSON) SELECT 1 FROM texts WHERE words @@ cast(:asked AS tsquery)")
_HOW_MANY = text(
    f"SELECT count(*) FROM (SELECT 1 FROM texts WHERE words @@ cast(:asked AS tsquery) LIMIT {_COUNTED_UP_TO}) AS found"
)
_K1, _B = 1.2, 0.75
# A word that most lines hold says next to nothing, and never the contrary.
_LEAST_WEIGHT = 1e-6


class TextVectors:
    """The words of one schema."""

    def make(self, connection: Connection) -> None:
        for statement in _MAKE:
            connection.exec_driver_sql(statement)

    def ids(self, connection: Connection, wanted: Wanted) -> list[int]:
        asked = (" & " if wanted.every else " | ").join(f"({_asked(term)})" for term in wanted.terms)
        query = (
            select(_LINE.id)
            .where(_WORDS.op("@@")(literal(asked, String).cast(TSQUERY)))
            .where(_LINE.fingerprint.in_(wanted.fingerprints), *wanted.where)
            .order_by(self._score(connection, wanted.terms).desc(), _LINE.id)
            .limit(wanted.most)
        )
        return list(connection.scalars(query))

    def counts(self, connection: Connection, terms: Sequence[Term]) -> dict[Term, int]:
        return {term: _count(connection, {"asked": _asked(term)}) for term in terms}

    def total(self, connection: Connection) -> int:
        return connection.scalar(select(_COUNTED.c.lines)) or 0

    def damage(self, connection: Connection) -> list[str]:
        there = connection.scalar(select(func.count()).select_from(tables.texts)) or 0
        listed = connection.scalars(select(_COUNTED.c.lines)).all()
        return [] if listed == [there] else [f"its index of words counts {sum(listed)} of {there} lines"]

    def _score(self, connection: Connection, terms: Sequence[Term]) -> ColumnElement[Any]:
        total, tokens = connection.execute(select(_COUNTED.c.lines, _COUNTED.c.tokens)).one()
        length = func.cardinality(func.string_to_array(_LINE.folded, " ")).cast(Float)
        norm = _K1 * (1 - _B + _B * length / max(tokens / max(total, 1), 1.0))
        score: ColumnElement[Any] = literal(0.0, Float)
        for term, count in self.counts(connection, terms).items():
            weight = max(math.log((total - count + 0.5) / (count + 0.5)) if count < total else 0.0, _LEAST_WEIGHT)
            often = _occurrences(term)
            score = score + weight * often * (_K1 + 1) / (often + norm)
        return score


def _asked(term: Term) -> str:
    """Its words in a row, the last of which may go on."""
    words = [f"'{token[:_MOST_LETTERS]}'" for token in term.tokens]
    return " <-> ".join(words) + (":*" if term.is_open else "")


def _occurrences(term: Term) -> ColumnElement[Any]:
    """How often a line holds it: each word between spaces of its own, what goes away with it is counted."""
    apart = literal(" ", String) + func.replace(_LINE.folded, " ", "  ") + " "
    wanted = f" {'  '.join(term.tokens)}{'' if term.is_open else ' '}"
    return (func.length(apart) - func.length(func.replace(apart, wanted, ""))).cast(Float) / len(wanted)


def _count(connection: Connection, asked: Mapping[str, str]) -> int:
    plan = connection.scalar(_EXPECTED, asked)
    found = json.loads(plan) if isinstance(plan, str) else plan
    expected = int(found[0]["Plan"]["Plan Rows"])
    return expected if expected > _COUNTED_UP_TO else connection.scalar(_HOW_MANY, asked) or 0
