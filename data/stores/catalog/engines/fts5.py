"""An index of words by SQLite's FTS5, beside the rows whose words it finds; triggers keep it in step with them."""

from collections.abc import Sequence

from sqlalchemy import Connection, Integer, bindparam, column, func, literal_column, select, table, text

from data.stores.catalog import tables
from data.stores.catalog.engines.database import Wanted
from data.terms import Term

_LINE = tables.texts.c
_INDEX = table("texts_words", column("rowid", Integer), column("rank"))
_MATCHES = literal_column("texts_words").op("MATCH")

# What is folded already holds nothing but words and spaces, so that this takes them as they are.
_MAKE = (
    "CREATE VIRTUAL TABLE texts_words USING fts5(folded, content='texts', content_rowid='id', "
    "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M*'\", prefix='2 3')",
    "CREATE VIRTUAL TABLE texts_terms USING fts5vocab('texts_words', 'row')",
    "CREATE TRIGGER texts_words_in AFTER INSERT ON texts BEGIN "
    "INSERT INTO texts_words(rowid, folded) VALUES (new.id, new.folded); END",
    "CREATE TRIGGER texts_words_out AFTER DELETE ON texts BEGIN "
    "INSERT INTO texts_words(texts_words, rowid, folded) VALUES ('delete', old.id, old.folded); END",
    "CREATE TRIGGER texts_words_anew AFTER UPDATE OF id, folded ON texts BEGIN "
    "INSERT INTO texts_words(texts_words, rowid, folded) VALUES ('delete', old.id, old.folded); "
    "INSERT INTO texts_words(rowid, folded) VALUES (new.id, new.folded); END",
    "INSERT INTO texts_words(texts_words) VALUES ('rebuild')",
)
# Rows are numbered as they come; those that went are counted, too.
_LAST = text("SELECT max(rowid) FROM texts")
_HOW_MANY = text("SELECT count(*) FROM (SELECT 1 FROM texts_words WHERE texts_words MATCH :asked LIMIT 10000)")


class Fts5:
    """The words of one SQLite file."""

    def make(self, connection: Connection) -> None:
        for statement in _MAKE:
            connection.exec_driver_sql(statement)

    def ids(self, connection: Connection, wanted: Wanted) -> list[int]:
        query = (
            select(_LINE.id)
            .join_from(_INDEX, tables.texts, _LINE.id == _INDEX.c.rowid)
            .where(_MATCHES(bindparam("asked")), _LINE.fingerprint.in_(wanted.fingerprints), *wanted.where)
            .order_by(_INDEX.c.rank, _LINE.id)
            .limit(wanted.most)
        )
        return list(connection.scalars(query, {"asked": _expression(wanted)}))

    def counts(self, connection: Connection, terms: Sequence[Term]) -> dict[Term, int]:
        found = dict.fromkeys(terms, 0)
        single = {term.tokens[0]: term for term in terms if len(term.tokens) == 1 and not term.is_open}
        vocabulary = table("texts_terms", column("term"), column("doc", Integer))
        rows = connection.execute(select(vocabulary).where(vocabulary.c.term.in_(list(single))))
        found.update({single[row.term]: row.doc for row in rows})
        for term in terms:
            if term not in single.values():
                found[term] = connection.scalar(_HOW_MANY, {"asked": _asked(term)}) or 0
        return found

    def total(self, connection: Connection) -> int:
        return connection.scalar(_LAST) or 0

    def damage(self, connection: Connection) -> list[str]:
        listed = connection.scalar(text("SELECT count(*) FROM texts_words_docsize")) or 0
        there = connection.scalar(select(func.count()).select_from(tables.texts)) or 0
        return [] if listed == there else [f"its index of words lists {listed} of {there} lines"]


def _expression(wanted: Wanted) -> str:
    return (" AND " if wanted.every else " OR ").join(map(_asked, wanted.terms))


def _asked(term: Term) -> str:
    """Tokens are words in small letters: in quotes none of them is an operator."""
    return f'"{" ".join(term.tokens)}"' + ("*" if term.is_open else "")
