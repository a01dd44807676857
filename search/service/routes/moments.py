"""Searching."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException

from data.types import Moment
from search.answering import answers, wire
from search.answering.choices import choose
from search.answering.concepts import understood
from search.answering.seen import plan_of
from search.query.bodies import Node, carries, query_of
from search.query.tree import MAX_QUERY_CHARS
from search.query.wire import ImageLeaf, QuestionBody, SearchBody, VideoLeaf
from search.ranking.peaks import curve as curve_of
from search.service.boundary.problems import described
from search.service.boundary.threads import Threads
from search.service.routes.named import VideoId
from search.service.service import KEY, Service, Serving

_MOST_STRETCHES = 10

router = APIRouter(prefix="/v1", dependencies=[KEY], tags=["search"])


@router.post("/search", responses=described(401, 408, 409, 413, 422, 503))
async def search(body: SearchBody, service: Serving) -> wire.SearchAnswer:
    """The moments that match a sentence, a picture, another moment, or several of these joined."""
    addresses = partial(_addresses, service)
    answer = await _threads(service, body.query).run(
        lambda: service.follower.answered(lambda opened: answers.answer(opened, body, addresses, service.uploads))
    )
    service.metrics.moments.inc(len(answer.moments))
    return answer


@router.post("/answer", responses=described(401, 408, 413, 422, 503))
async def choices(body: QuestionBody, service: Serving) -> wire.QuestionAnswer:
    """Which of several answers to a question the moment that it finds shows."""
    return await service.searching.run(
        lambda: service.follower.answered(lambda opened: choose(opened, body, partial(_addresses, service)))
    )


def _addresses(service: Service, moment: Moment) -> answers.Addresses:
    video_id = moment.video.id
    return answers.Addresses(
        service.stream_url(video_id),
        service.thumbnail_url(video_id, moment.best_s),
        service.strip_url(video_id, moment.start_s, moment.end_s),
    )


def _threads(service: Service, asked: str | Node) -> Threads:
    if carries(asked, VideoLeaf):
        return service.by_film
    return service.by_picture if carries(asked, ImageLeaf) else service.searching


@router.get("/videos/{video_id}/curve", responses=described(401, 404, 422, 503))
async def curve(
    video_id: VideoId,
    service: Serving,
    q: Annotated[str, Query(min_length=1, max_length=MAX_QUERY_CHARS, description="as typed into the search box")],
    points: Annotated[int, Query(ge=2, le=5000, description="at most so many")] = 400,
) -> wire.Curve:
    """How relevant a video is over its time, for a heat map; of a sequence, how near its first step."""
    return await service.searching.run(lambda: _curve(service, video_id, q, points))


def _curve(service: Service, video_id: str, q: str, points: int) -> wire.Curve:
    opened = service.follower.serving()
    if not len(opened.vectors.of_video(video_id)):
        raise HTTPException(404, f"video {video_id} is not in generation {opened.name}")
    asked = query_of(answers.understood_as(opened, q)[0], service.uploads)
    pointing = plan_of(opened, understood(opened, asked).query).pointing
    whole = curve_of(opened, pointing, video_id)
    shown = whole.thinned(points)
    found = zip(shown.times_s.tolist(), shown.cosines.tolist(), shown.relevance.tolist(), strict=True)
    return wire.Curve(
        query=q,
        video_id=video_id,
        generation=opened.name,
        points=[wire.CurvePoint(t=t, cosine=cosine, relevance=share) for t, cosine, share in found],
        stretches=[
            wire.CurveStretch(start_s=start_s, end_s=end_s, relevance=share)
            for start_s, end_s, share in whole.stretches(_MOST_STRETCHES)
        ],
    )
