"""The bodies that are sent: a query as text or as a tree, what narrows it, a judgment."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from data.types import Confidence
from search.query.shape import check_shape
from search.query.tree import KINDS, MAX_LEAVES, MAX_NAME_CHARS, MAX_QUERY_CHARS, MAX_WEIGHT, By, Kind

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("in UTC this lies outside the years 1 to 9999") from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sent(_Asked):
    """A whole body, looked at before it is taken apart: what is deep or wide costs much, and says nothing."""

    @model_validator(mode="before")
    @classmethod
    def _bounded(cls, sent: Any) -> Any:
        check_shape(sent)
        return sent


class _Part(_Asked):
    weight: Annotated[float, Field(gt=0, le=MAX_WEIGHT, description="how much it counts beside the others")] = 1.0


class TextLeaf(_Part):
    """A sentence; the short syntax is not read in it."""

    text: str


class SeenLeaf(_Part):
    """A sentence that is looked for in pictures only."""

    seen: str


class WordsLeaf(_Part):
    """Words that one line holds, said, shown on the screen or a tag: in quotes a phrase, `begin*` a beginning."""

    words: str
    kinds: Annotated[tuple[Kind, ...], Field(alias="in", min_length=1, max_length=4, description="of which lines")] = (
        KINDS
    )


class ImageLeaf(_Part):
    """A picture: JPEG, PNG, WebP, GIF or BMP, at most 10 MB."""

    image: Annotated[str, Field(description="base64; null in answers")]


class VideoLeaf(_Part):
    """A video in any container and codec, at most 10 MB: what is alike from beginning to end."""

    video: Annotated[str, Field(description="base64; null in answers")]


class MomentBody(_Asked):
    """A stretch of a video."""

    video_id: Id
    start_s: Seconds
    end_s: Seconds


class MomentLeaf(_Part):
    """More like this."""

    moment: MomentBody


class ConceptLeaf(_Part):
    """What a concept names, as its examples show it."""

    concept: Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS, examples=["rex"])]


class AndNode(_Part):
    """All of these; what is inside `not` lowers what it names."""

    parts: Annotated[list["QueryTree | NotNode"], Field(alias="and", min_length=1, max_length=MAX_LEAVES)]


class OrNode(_Part):
    """Any of these."""

    parts: Annotated[list["QueryTree"], Field(alias="or", min_length=1, max_length=MAX_LEAVES)]


class NotNode(_Part):
    """Not this: only beside something that is wanted."""

    part: Annotated["QueryTree", Field(alias="not")]


QueryTree = TextLeaf | SeenLeaf | WordsLeaf | ImageLeaf | VideoLeaf | MomentLeaf | ConceptLeaf | AndNode | OrNode


class ThenNode(_Asked):
    """One after the other in one video."""

    steps: Annotated[list[QueryTree], Field(alias="then", min_length=2, max_length=MAX_LEAVES)]
    within_s: Annotated[
        Seconds | None, Field(gt=0, description="between the end of one and the start of the next; null: any time")
    ] = None


class FilterBody(_Asked):
    """Which videos may answer, and how sure their moments must be. Dates are half-open."""

    folder: Annotated[
        str | None, Field(max_length=4096, description="in or below it; relative ones lie below any root")
    ] = None
    glob: Annotated[
        str | None,
        Field(max_length=1000, description="of the path, whole or below its root; * stands for slashes too"),
    ] = None
    video_id: Id | None = None
    min_duration_s: Seconds | None = None
    max_duration_s: Seconds | None = None
    min_height: Annotated[int | None, Field(ge=0, le=100_000)] = None
    max_height: Annotated[int | None, Field(ge=0, le=100_000)] = None
    taken_from: Instant | None = None
    taken_until: Instant | None = None
    indexed_from: Instant | None = None
    indexed_until: Instant | None = None
    min_confidence: Confidence = "low"
    action: Annotated[str | None, Field(max_length=200, description="that what is found is tagged with, whole")] = None
    by: Annotated[
        tuple[By, ...], Field(max_length=4, description="only moments that were found so; any way where none is named")
    ] = ()
    language: Annotated[
        str | None, Field(max_length=35, description="of lines that are said or shown; en lets en-GB through")
    ] = None


class SearchBody(Sent):
    """One search."""

    query: Annotated[
        str | QueryTree | ThenNode,
        Field(
            description="a sentence, which may use the short syntax, or a tree",
            examples=["a cat on a sofa", "a door opens THEN a dog WITHIN 10s", {"and": [{"text": "a beach"}]}],
        ),
    ]
    limit: Annotated[int, Field(ge=1, le=500)] = 20
    filters: FilterBody = FilterBody()
    sort: Literal["relevance", "time"] = "relevance"
    per_video: Annotated[int | None, Field(ge=1, le=500, description="at most so many moments of one video")] = None
    fold: Annotated[bool, Field(description="near-identical moments under the best of them")] = True
    refine: Annotated[bool, Field(description="let the judgments of this very query move it")] = False
    cursor: Annotated[str | None, Field(max_length=500, description="`next_cursor` of the page before")] = None


Choice = Annotated[str, Field(min_length=1, max_length=MAX_QUERY_CHARS)]


class QuestionBody(Sent):
    """A question with its choices. It finds the moment, in which each choice is then looked for."""

    question: Annotated[str, Field(min_length=1, max_length=MAX_QUERY_CHARS, examples=["what is on the desk?"])]
    choices: Annotated[list[Choice], Field(min_length=2, max_length=20, examples=[["a cat", "a dog"]])]
    filters: FilterBody = FilterBody()

    @model_validator(mode="after")
    def _differ(self) -> "QuestionBody":
        words = {choice.strip() for choice in self.choices}
        if "" in words or len(words) < len(self.choices):
            raise ValueError("choices have words, and each is there once")
        return self


class JudgmentBody(Sent):
    """A thumb: whether a moment answers a query as typed. The same moment judged again replaces the thumb."""

    query: Annotated[str, Field(min_length=1, max_length=MAX_QUERY_CHARS)]
    video_id: Id
    start_s: Seconds
    end_s: Seconds
    relevant: bool
