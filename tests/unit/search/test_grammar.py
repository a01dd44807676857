import pytest

from data.types import QueryError
from search.query.grammar import parse
from search.query.tree import SAID, SHOWN, TAGGED, And, Concept, Line, Not, Or, Query, Text, Then

A, B, C = Text("a"), Text("b"), Text("c")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a cat on a sofa", Text("a cat on a sofa")),
        ("  rock and roll or not  ", Text("rock and roll or not")),
        ("a dog (brown)", Text("a dog (brown)")),
        ("ANDROID ORCHID", Text("ANDROID ORCHID")),
        ('"stop AND go"', Text("stop AND go")),
        (r'"say \"AND\""', Text('say "AND"')),
        ("a AND b", And((A, B), (1.0, 1.0))),
        ("a AND b OR c", Or((And((A, B), (1.0, 1.0)), C), (1.0, 1.0))),
        ("a AND (b OR c)", And((A, Or((B, C), (1.0, 1.0))), (1.0, 1.0))),
        ("a AND NOT b", And((A, Not(B)), (1.0, 1.0))),
        ("a NOT b", And((A, Not(B)), (1.0, 1.0))),
        ("a^2 AND b^0.5", And((A, B), (2.0, 0.5))),
        ("red car THEN a crash", Then((Text("red car"), Text("a crash")), (None,))),
        ("a THEN b WITHIN 10s", Then((A, B), (10.0,))),
        ("a THEN b WITHIN 2.5 s THEN c", Then((A, B, C), (2.5, None))),
        ("a OR b THEN c", Then((Or((A, B), (1.0, 1.0)), C), (None,))),
        ('a "AND" b', Text("a AND b")),
        ('said:"platform 9"', Line('"platform 9"', SAID)),
        ("shown:plat*", Line("plat*", SHOWN)),
        ('seen:"a OR b"', Text("a OR b", ("seen",))),
        ("a said:b", And((A, Line("b", SAID)), (1.0, 1.0))),
        ("said:b a", And((Line("b", SAID), A), (1.0, 1.0))),
        ("said:a OR shown:b", Or((Line("a", SAID), Line("b", SHOWN)), (1.0, 1.0))),
        ("a NOT said:b", And((A, Not(Line("b", SAID))), (1.0, 1.0))),
        ("said:a THEN b WITHIN 5s", Then((Line("a", SAID), B), (5.0,))),
        ("concept:rex", Concept("rex", 0)),
        ('a AND concept:"our logo"', And((A, Concept("our logo", 6)), (1.0, 1.0))),
        ("concept:rex^2 a", And((Concept("rex", 0), A), (2.0, 1.0))),
        ("the concept: a word", Text("the concept: a word")),
        ("he said: a word", Text("he said: a word")),
        ('"said:a"', Text("said:a")),
        ('action:"climbing stairs"', Line('"climbing stairs"', TAGGED)),
        ("a child action:run*", And((Text("a child"), Line("run*", TAGGED)), (1.0, 1.0))),
    ],
)
def test_typed_query_means(typed: str, meant: Query) -> None:
    assert parse(typed) == meant


@pytest.mark.parametrize(
    ("typed", "position"),
    [
        ("a AND", 5),
        ('a AND said:"…"', 6),
        ('seen:" "', 0),
        ('a AND concept:" "', 6),
        ("said:a AND", 10),
        ("AND a", 0),
        ("a AND OR b", 6),
        ("NOT a", 0),
        ("a OR NOT b", 5),
        ("(a AND b", 0),
        ("a AND b)", 7),
        ('say "AND', 4),
        ("a THEN b WITHIN soon", 16),
        ("a THEN b WITHIN 0s", 16),
        ("a WITHIN 3s", 2),
        ("a^0 AND b", 1),
        ("a^99 AND b", 1),
        ("a^1.2.3 AND b", 1),
        ('"" AND b', 0),
        ("(a THEN b) AND c", 3),
    ],
)
def test_parse_error_points_at_the_character(typed: str, position: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse(typed)
    assert caught.value.position == position


def test_too_many_parts_are_refused() -> None:
    with pytest.raises(QueryError, match="more than 16"):
        parse(" AND ".join("abcdefghijklmnopqr"))
