import os
from pathlib import Path

import pytest

from data.stores.catalog import open_catalog
from data.types import QueryError
from search.query.arguments import query_asked, tree_of
from search.query.grammar import parse


def test_short_syntax_becomes_the_tree_that_means_the_same() -> None:
    assert tree_of(parse("a cat")) == {"text": "a cat"}
    assert tree_of(parse("(a OR b)^3 AND NOT c^2")) == {
        "and": [
            {"or": [{"text": "a", "weight": 1.0}, {"text": "b", "weight": 1.0}], "weight": 3.0},
            {"not": {"text": "c"}, "weight": 2.0},
        ]
    }


def test_sequence_has_no_place_beside_a_picture() -> None:
    with pytest.raises(QueryError, match="THEN"):
        tree_of(parse("a THEN b"))


def test_bytes_that_are_no_text_are_marked_and_the_rest_stays_as_typed(tmp_path: Path) -> None:
    catalog = open_catalog(tmp_path / "catalog.db")
    assert query_asked(catalog, os.fsdecode(b"a caf\xff AND a dog"), [], [], None) == "a caf? AND a dog"
    catalog.close()
