import numpy as np
import pytest

from benchmarks import short_queries
from benchmarks.short_queries import figures, gained, queries_of, summary
from models.training.sentences.phrases import Held, Key


def test_a_phrase_is_asked_for_as_most_say_it_and_while_it_tells_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of: list[dict[Key, list[str]]] = [{("man",): ["a man"]} for _ in range(21)]
    of[3]["red", "car"] = ["red cars"]
    of[5]["red", "car"] = ["a red car"]
    of[8]["red", "car"] = ["a red car"]
    of[9]["rid",] = [""]
    monkeypatch.setattr(short_queries, "held", lambda captions: Held(of, None))  # type: ignore[arg-type]
    (query,) = queries_of([[]] * 21)
    assert (query.text, query.relevant) == ("a red car", (3, 5, 8))


def test_precision_and_average_precision_of_a_ranking() -> None:
    cosines = np.array([0.9, 0.1, 0.8, 0.7, 0.2, 0.6, 0.5], np.float32)
    # The relevant ones come second and sixth.
    assert figures(cosines, [2, 4]) == [0.0, 1 / 5, (1 / 2 + 2 / 6) / 2]
    assert figures(cosines, [0]) == [1.0, 1 / 5, 1.0]


def test_figures_are_percents_with_intervals_around_them() -> None:
    found = {str(i): [float(i % 2), 0.2, 0.5] for i in range(100)}
    mean, low, high = summary(found)["P@1"]
    assert low < mean == 50 < high
    assert summary(found)["mAP"] == [50, 50, 50]
    assert gained([1.0, 0.2, 0.5], [0.0, 0.4, 0.5]) == [1.0, -0.2, 0.0]
