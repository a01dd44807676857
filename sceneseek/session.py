"""What stays open between searches: the generation that is served, its towers, and processes that decode."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from data.sandbox.process import Sandbox
from data.settings import LibrarySettings
from data.stores.catalog import Catalog
from data.stores.library import Library
from sceneseek.pictures import decoder
from search.answering.answers import answer
from search.answering.choices import choose
from search.answering.wire import QuestionAnswer, SearchAnswer
from search.generation.follower import Follower
from search.generation.opened import OpenGeneration
from search.generation.towers import pair_by
from search.query.uploads import Uploads
from search.query.wire import QuestionBody, SearchBody

A = TypeVar("A", SearchAnswer, QuestionAnswer)


class Session:
    """Answers from the generation that is published at the time."""

    def __init__(self, library: Library, settings: LibrarySettings) -> None:
        self._follower = Follower(library, open_pair=pair_by(settings))
        self._uploads = Uploads()
        self._decoder, self._is_decoding = decoder(), threading.Lock()

    @property
    def catalog(self) -> Catalog:
        return self._follower.catalog()

    def answered(self, body: SearchBody) -> SearchAnswer:
        """Raises NoGeneration, QueryError, and what opening a pair raises."""
        return self._settled(partial(answer, body=body, uploads=self._uploads))

    def chosen(self, body: QuestionBody) -> QuestionAnswer:
        """The same of a question with its choices; raises BadInput for choices that are none."""
        return self._settled(partial(choose, body=body))

    def _settled(self, ask: Callable[[OpenGeneration], A]) -> A:
        self._follower.serving()
        # What was published since the last search is what is searched, though it has to be waited for.
        self._follower.settle()
        return self._follower.answered(ask)

    @contextmanager
    def decoding(self) -> Iterator[Sandbox]:
        """What decodes, for one thread at a time: others wait, and get their own pictures."""
        with self._is_decoding:
            yield self._decoder

    def close(self) -> None:
        """End the processes, and let go of the catalogue."""
        self._decoder.stop()
        self._uploads.close()
        self._follower.close()
