"""Sentences to vectors: what is known is not computed again, what is asked at the same time is computed together."""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock

import numpy as np

from data.stores.vectors.store import Floats

REMEMBERED = 4096
_AT_ONCE = 64


class TextVectors:
    """Vectors of the last `remembered` sentences; safe to ask from many threads."""

    def __init__(self, encode: Callable[[list[str]], Floats], remembered: int = REMEMBERED) -> None:
        self._encode, self._remembered = encode, remembered
        self._known: OrderedDict[str, Floats] = OrderedDict()
        self._asked: dict[str, Future[Floats]] = {}
        self._queue: list[str] = []
        self._state, self._encoding = Lock(), Lock()

    def __call__(self, texts: list[str]) -> Floats:
        """[B, D]. Raises what the tower raises."""
        with self._state:
            futures = [self._future(text) for text in texts]
        while not all(future.done() for future in futures):
            # Whoever comes next takes along all that has queued up behind the batch before.
            with self._encoding:
                self._encode_queued()
        return np.stack([future.result() for future in futures])

    def _future(self, text: str) -> Future[Floats]:
        future: Future[Floats]
        if text in self._known:
            self._known.move_to_end(text)
            future = Future()
            future.set_result(self._known[text])
        elif text in self._asked:
            future = self._asked[text]
        else:
            future = self._asked[text] = Future()
            self._queue.append(text)
        return future

    def _encode_queued(self) -> None:
        with self._state:
            texts, self._queue = self._queue[:_AT_ONCE], self._queue[_AT_ONCE:]
        if not texts:
            return
        try:
            vectors = self._encode(texts)
        except Exception as error:  # noqa: BLE001  raised in each thread that asked
            self._fail(texts, error)
            return
        with self._state:
            self._known.update(zip(texts, vectors, strict=True))
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)
        self._settle(texts, lambda future, place: future.set_result(vectors[place]))

    def _fail(self, texts: list[str], error: Exception) -> None:
        self._settle(texts, lambda future, _: future.set_exception(error))

    def _settle(self, texts: list[str], settle: Callable[[Future[Floats], int], None]) -> None:
        with self._state:
            for place, text in enumerate(texts):
                settle(self._asked.pop(text), place)
