from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import numpy as np
import pytest

from data.stores.vectors.store import Floats
from search.generation.batching import TextVectors


class Encoder:
    """Counts its batches; the first may be made to wait."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.entered, self.go = Event(), Event()
        self.go.set()

    def __call__(self, texts: list[str]) -> Floats:
        self.batches.append(texts)
        self.entered.set()
        assert self.go.wait(60)
        return np.array([[len(text)] for text in texts], np.float32)


def test_known_sentence_is_not_embedded_again_until_it_is_forgotten() -> None:
    encoder = Encoder()
    vectors = TextVectors(encoder, remembered=2)
    for text in ("a", "bb", "a", "ccc", "bb"):
        assert vectors([text]).tolist() == [[len(text)]]
    assert encoder.batches == [["a"], ["bb"], ["ccc"], ["bb"]]


def test_what_is_asked_meanwhile_is_embedded_together() -> None:
    encoder = Encoder()
    encoder.go.clear()
    vectors = TextVectors(encoder)
    ready = Barrier(5)

    def ask(text: str) -> float:
        ready.wait(60)
        return float(vectors([text])[0, 0])

    with ThreadPoolExecutor(5) as threads:
        first = threads.submit(vectors, ["first"])
        assert encoder.entered.wait(60)
        others = [threads.submit(ask, "x" * length) for length in (1, 2, 3, 3)]
        ready.wait(60)
        while len(vectors._queue) < 3:
            pass
        encoder.go.set()
        assert first.result(60).tolist() == [[5.0]]
        assert [other.result(60) for other in others] == [1.0, 2.0, 3.0, 3.0]
    assert [sorted(batch) for batch in encoder.batches] == [["first"], ["x", "xx", "xxx"]]


def test_error_of_the_tower_reaches_everyone_who_asked_and_is_not_remembered() -> None:
    failing = True

    def encode(texts: list[str]) -> Floats:
        if failing:
            raise RuntimeError("no memory")
        return np.zeros((len(texts), 1), np.float32)

    vectors = TextVectors(encode)
    with pytest.raises(RuntimeError, match="no memory"):
        vectors(["a"])
    failing = False
    assert vectors(["a"]).shape == (1, 1)
