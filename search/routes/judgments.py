"""Thumbs up and down."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.exceptions import HTTPException

from data import judgments, views
from data.types import QueryError
from search import wire
from search.problems import described
from search.query import MAX_QUERY_CHARS
from search.routes.library import Limit, Offset
from search.service import KEY, Serving

router = APIRouter(prefix="/v1/judgments", dependencies=[KEY], tags=["judgments"])


@router.post("", status_code=201, responses=described(401, 404, 422, 503))
def judge(body: wire.JudgmentBody, service: Serving) -> wire.Judgment:
    """Keep a thumb."""
    if body.end_s <= body.start_s:
        raise QueryError(None, f"a moment ends after it starts, got {body.start_s:g} to {body.end_s:g} s")
    catalog = service.follower.engine()
    if views.video(catalog, body.video_id) is None:
        raise HTTPException(404, f"no video {body.video_id}")
    kept = judgments.judge(catalog, body.query, body.video_id, body.start_s, body.end_s, relevant=body.relevant)
    return wire.Judgment(**asdict(kept))


@router.get("", responses=described(401, 422, 503))
def listed(
    service: Serving,
    query: Annotated[str | None, Query(max_length=MAX_QUERY_CHARS)] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> wire.JudgmentList:
    """The thumbs that are kept, of one query or all."""
    total, page = judgments.judgments(service.follower.engine(), query, limit=limit, offset=offset)
    return wire.JudgmentList(total=total, judgments=[wire.Judgment(**asdict(one)) for one in page])


@router.delete("/{judgment_id}", status_code=204, responses=described(401, 404, 422, 503))
def unjudge(judgment_id: Annotated[int, Path(ge=1, le=2**62)], service: Serving) -> None:
    """Take a thumb back."""
    if not judgments.unjudge(service.follower.engine(), judgment_id):
        raise HTTPException(404, f"no judgment {judgment_id}")
