"""Searching."""

from fastapi import APIRouter

from data.types import Moment
from search import answers, wire
from search.problems import described
from search.service import KEY, Serving

router = APIRouter(prefix="/v1", dependencies=[KEY], tags=["search"])


@router.post("/search", responses=described(401, 413, 422, 503))
def search(body: wire.SearchBody, service: Serving) -> wire.SearchAnswer:
    """The moments that match a sentence, a picture or another moment."""

    def addresses(moment: Moment) -> tuple[str, str]:
        video_id = moment.video.id
        return service.stream_url(video_id), service.thumbnail_url(video_id, moment.best_s)

    answer = answers.answer(service.follower.serving(), body, addresses)
    service.metrics.moments.inc(len(answer.moments))
    return answer
