"""What a search answers and what was judged of it, over HTTP and as JSON of the command line."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from data.types import Confidence
from search.query.wire import Id, JudgmentBody


class FoundMoment(BaseModel):
    """A moment; its addresses are null on the command line."""

    video: Annotated[str, Field(description="path")]
    video_id: Id
    start_s: float
    end_s: float
    best_s: float
    duration_s: Annotated[float, Field(description="of the whole video")]
    width: int
    height: int
    taken_at: datetime | None
    score: Annotated[float, Field(description="what it was ranked by")]
    cosine: float | None
    confidence: Annotated[Confidence | None, Field(description="null where no sentence was asked for")]
    copies: Annotated[int, Field(description="further moments that look the same")]
    stream_url: str | None
    thumbnail_url: str | None
    strip_url: Annotated[str | None, Field(description="its pictures in a row")]


class SearchAnswer(BaseModel):
    """Moments, best first unless sorted by time."""

    query: Annotated[str | dict[str, Any], Field(description="as asked; the bytes of pictures and videos are null")]
    model: str
    generation: str
    took_ms: float
    moments: list[FoundMoment]
    next_cursor: str | None
    notes: Annotated[list[str], Field(description="what one should know about the answer")]


class RankedChoice(BaseModel):
    """An answer that was offered; the probabilities of all sum to 1."""

    choice: str
    probability: float
    cosine: Annotated[float, Field(description="of question and choice with the moment's nearest clip")]


class QuestionAnswer(BaseModel):
    """The moment that a question found, and its choices, the likeliest first; none where nothing was found."""

    question: str
    model: str
    generation: str
    took_ms: float
    moment: FoundMoment | None
    choices: list[RankedChoice]
    notes: Annotated[list[str], Field(description="what one should know about the answer")]


class CurvePoint(BaseModel):
    """How near a picture is to the query, and where that lies from an arbitrary clip (0) to a sure one (1)."""

    t: float
    cosine: float
    relevance: float


class CurveStretch(BaseModel):
    """Where it holds, and the relevance of the best point there."""

    start_s: float
    end_s: float
    relevance: float


class Curve(BaseModel):
    """Over one video: points in time order, and stretches in which it holds, the best first and none over another."""

    query: str
    video_id: Id
    generation: str
    points: list[CurvePoint]
    stretches: list[CurveStretch]


class Judgment(JudgmentBody):
    """A thumb that is kept."""

    id: int
    judged_at: datetime


class JudgmentList(BaseModel):
    """The newest first."""

    total: int
    judgments: list[Judgment]
