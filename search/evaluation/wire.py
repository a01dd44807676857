"""Thumbs that are kept, as they are listed."""

from datetime import datetime

from pydantic import BaseModel

from search.query.wire import JudgmentBody


class Judgment(JudgmentBody):
    """A thumb that is kept."""

    id: int
    judged_at: datetime


class JudgmentList(BaseModel):
    """The newest first."""

    total: int
    judgments: list[Judgment]
