"""What a search answers and what was judged of it, over HTTP and as JSON of the command line."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from data.types import Confidence
from search.query.tree import By, Kind
from search.query.wire import Id, JudgmentBody


class Why(BaseModel):
    """By what a moment was found: what is seen, or a line that is said or shown."""

    by: By
    text: Annotated[str | None, Field(description="the line; null of what is seen")]
    marks: Annotated[list[tuple[int, int]], Field(description="characters of the line that were asked for, [from, to)")]
    start_s: float
    end_s: float


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
    why: Annotated[list[Why], Field(description="the best reason first")]
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


class TranscriptLine(BaseModel):
    """A line that is said or shown, and the characters of it that were asked for."""

    kind: Kind
    language: str | None
    start_s: float
    end_s: float
    text: str
    marks: list[tuple[int, int]]


class LineList(BaseModel):
    """A page of the lines of one video, in time order; `total` counts all pages."""

    total: int
    lines: list[TranscriptLine]


class WordsCount(BaseModel):
    """How many lines of a kind, and in a language where that is known, there are in how many videos."""

    kind: Kind
    language: str | None
    language_name: Annotated[str | None, Field(description="in English, where it has a name", examples=["English"])]
    videos: int
    lines: int


class WordsCounts(BaseModel):
    """What is said and shown in the library, most lines first."""

    words: list[WordsCount]


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
