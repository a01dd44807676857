"""What is said, shown and done: how much in the library, and line by line in a video."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from search.answering import transcript as told
from search.answering import wire
from search.answering.transcript import Format
from search.query.tree import MAX_QUERY_CHARS, Kind
from search.ranking.tagged import actions_of
from search.service.boundary.problems import described
from search.service.routes.library import Limit, Offset
from search.service.routes.named import ANYWHERE, VideoId, known_video
from search.service.service import KEY, KEY_OR_SIGNATURE, Serving
from search.service.wire import ActionList, CountedAction

router = APIRouter(prefix="/v1", tags=["videos"])

OfKind = Annotated[Kind | None, Query(description="speech, subtitles, what the screen shows, or tags of actions")]


@router.get("/words", responses=described(401, 503), dependencies=[KEY], tags=["library"])
def words(service: Serving) -> wire.WordsCounts:
    """How much is said and shown in the library, by kind and language."""
    opened = service.follower.serving()
    return told.counts_of(opened.catalog, opened.generation)


@router.get("/actions", responses=described(401, 503), dependencies=[KEY], tags=["library"])
def actions(service: Serving) -> ActionList:
    """The actions that clips are tagged with, where the library was indexed with a recogniser of them."""
    opened = service.follower.serving()
    found = actions_of(opened.catalog, opened.generation)
    return ActionList(actions=[CountedAction(action=of.text, videos=of.videos, clips=of.lines) for of in found])


@router.get("/videos/{video_id}/lines", responses=described(401, 403, 404, 422, 503), dependencies=[KEY_OR_SIGNATURE])
def lines(
    video_id: VideoId,
    service: Serving,
    response: Response,
    kind: OfKind = None,
    q: Annotated[str, Query(max_length=MAX_QUERY_CHARS, description="words that a line holds all")] = "",
    limit: Limit = 100,
    offset: Offset = 0,
) -> wire.LineList:
    """A page of the lines of one video, in time order; with `q`, of those that hold its words."""
    known_video(service, video_id)
    # The page's script reads them from another port, as it does copies of videos.
    response.headers.update(ANYWHERE)
    opened = service.follower.serving()
    return told.lines_of(opened.catalog, opened.generation, video_id, kind, q, limit=limit, offset=offset)


@router.get(
    "/videos/{video_id}/transcript",
    responses=described(401, 403, 404, 422, 503),
    response_class=Response,
    dependencies=[KEY_OR_SIGNATURE],
)
def transcript(
    video_id: VideoId,
    service: Serving,
    kind: OfKind = None,
    format: Format = "srt",  # noqa: A002  as it is called in the address
    language: Annotated[str | None, Query(max_length=35)] = None,
) -> Response:
    """All lines of a video as a file; of one kind, else of the first that there is: subtitles, speech, the screen."""
    _, places = known_video(service, video_id)
    opened = service.follower.serving()
    text = told.transcript(opened.catalog, opened.generation, video_id, kind, language, format)
    name = places[0].path.rpartition(b"/")[2].rpartition(b".")[0] if places else video_id.encode()
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name or video_id.encode())}.{format}"}
    return Response(text, media_type=told.MEDIA[format], headers=headers)
