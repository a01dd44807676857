"""What the page types for a concept is what the service reads."""

import pytest

from search.query.grammar import parse
from search.query.tree import Concept
from ui.keeping.concepts_page import asking_for


@pytest.mark.parametrize("name", ["rex", "Rex", "our logo", "AND", "a^2", "don't", "x:y", "東京", "NBA (final)", "7"])
def test_a_name_is_asked_for_as_itself(name: str) -> None:
    assert parse(asking_for(name)) == Concept(name, 0)
