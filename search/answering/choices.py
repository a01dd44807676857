"""A question with its choices, asked of a library: where, and then what."""

import time
from collections.abc import Callable

from data.types import Moment
from models.heads.choose import shares, statements
from search.answering import wire
from search.answering.answers import Addresses, answer
from search.generation.opened import OpenGeneration
from search.query.wire import QuestionBody, SearchBody, TextLeaf


def choose(
    opened: OpenGeneration, body: QuestionBody, addresses: Callable[[Moment], Addresses] = lambda _: Addresses()
) -> wire.QuestionAnswer:
    """The best moment for the question, and how well its clips fit the question with each choice.

    Raises QueryError and BadInput.
    """
    began = time.perf_counter()
    # A question is read as a sentence: its words are no operators.
    search = SearchBody(query=TextLeaf(text=body.question), limit=1, filters=body.filters)
    found = answer(opened, search, addresses)
    moment = found.moments[0] if found.moments else None
    return wire.QuestionAnswer(
        question=body.question,
        model=found.model,
        generation=found.generation,
        moment=moment,
        choices=_ranked(opened, body, moment) if moment else [],
        notes=found.notes,
        took_ms=round((time.perf_counter() - began) * 1000, 3),
    )


def _ranked(opened: OpenGeneration, body: QuestionBody, moment: wire.FoundMoment) -> list[wire.RankedChoice]:
    clips = opened.vectors.of_video(moment.video_id, moment.start_s, moment.end_s)
    texts = opened.towers.texts(statements(body.question, body.choices))
    # A moment may show several things one after the other: the clip that shows it best speaks for a choice.
    cosines = opened.vectors.scores(texts, clips.ids).max(axis=1)
    found = [
        wire.RankedChoice(choice=choice, probability=float(share), cosine=float(cosine))
        for choice, share, cosine in zip(body.choices, shares(cosines), cosines, strict=True)
    ]
    return sorted(found, key=lambda one: -one.probability)
