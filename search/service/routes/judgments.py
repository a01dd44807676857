"""Thumbs up and down."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.exceptions import HTTPException

from data.stores.catalog import judgments, views
from search.answering import thumbs, wire
from search.query.tree import MAX_QUERY_CHARS
from search.query.wire import JudgmentBody
from search.service.boundary.problems import described
from search.service.routes.library import Limit, Offset
from search.service.service import KEY, Serving

router = APIRouter(prefix="/v1/judgments", dependencies=[KEY], tags=["judgments"])


@router.post("", status_code=201, responses=described(401, 404, 408, 413, 422, 503))
def judge(body: JudgmentBody, service: Serving) -> wire.Judgment:
    """Keep a thumb."""
    catalog = service.follower.catalog()
    if views.video(catalog, body.video_id) is None:
        raise HTTPException(404, f"no video {body.video_id}")
    return thumbs.kept(catalog, body)


@router.get("", responses=described(401, 422, 503))
def listed(
    service: Serving,
    query: Annotated[str | None, Query(max_length=MAX_QUERY_CHARS)] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> wire.JudgmentList:
    """The thumbs that are kept, of one query or all."""
    return thumbs.listed(service.follower.catalog(), query, limit=limit, offset=offset)


@router.delete("/{judgment_id}", status_code=204, responses=described(401, 404, 422, 503))
def unjudge(judgment_id: Annotated[int, Path(ge=1, le=2**62)], service: Serving) -> None:
    """Take a thumb back."""
    if not judgments.unjudge(service.follower.catalog(), judgment_id):
        raise HTTPException(404, f"no judgment {judgment_id}")
