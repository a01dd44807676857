"""Thumbs up and down, for the service and the command line."""

from dataclasses import asdict

from data.stores.catalog import Catalog, judgments
from search.answering import wire
from search.query.bodies import check_stretch
from search.query.wire import JudgmentBody


def kept(catalog: Catalog, body: JudgmentBody) -> wire.Judgment:
    """Keep a thumb for a video that is known. Raises QueryError."""
    check_stretch(body.start_s, body.end_s)
    thumb = judgments.judge(catalog, body.query, body.video_id, body.start_s, body.end_s, relevant=body.relevant)
    return wire.Judgment(**asdict(thumb))


def listed(catalog: Catalog, query: str | None, *, limit: int, offset: int) -> wire.JudgmentList:
    """The thumbs of one query or of all."""
    total, page = judgments.judgments(catalog, query, limit=limit, offset=offset)
    return wire.JudgmentList(total=total, judgments=[wire.Judgment(**asdict(one)) for one in page])
