"""Videos: which there are, and what is known of one."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from data.media.excerpt import PART_S
from data.paths import joined, path_text
from data.stores.catalog import views
from data.stores.catalog.listing import Asked, Order, listed
from data.types import NoGeneration, Video
from search.ranking.tagged import tags_of
from search.service import wire
from search.service.boundary.problems import described
from search.service.routes.library import Limit, Offset
from search.service.routes.named import Folder, VideoId, folder_of, known_video
from search.service.service import KEY, Service, Serving

router = APIRouter(prefix="/v1/videos", tags=["videos"])


@router.get("", dependencies=[KEY], responses=described(401, 422, 503))
def videos(
    service: Serving,
    q: Annotated[str, Query(max_length=500, description="words that all occur in the path, in any case")] = "",
    folder: Folder = None,
    sort: Order = "path",
    limit: Limit = 100,
    offset: Offset = 0,
) -> wire.VideoList:
    """The videos that are present; but by path, the newest, longest, largest or last taken first."""
    asked = Asked(tuple(q.split()), folder_of(folder), sort)
    total, page = listed(service.follower.catalog(), asked, limit=limit, offset=offset)
    found = [_listed(service, each.video, each.path, each.size_bytes) for each in page]
    return wire.VideoList(total=total, videos=[wire.ListedVideo(**facts) for facts in found])


@router.get("/{video_id}", dependencies=[KEY], responses=described(401, 404, 422, 503))
def video(video_id: VideoId, service: Serving) -> wire.VideoDetail:
    """One video, with its places, shots and clips."""
    known, places = known_video(service, video_id)
    paths = [joined(place.root, place.path) for place in places]
    sizes = [place.size_bytes if place.indexed_size_bytes is None else place.indexed_size_bytes for place in places]
    facts = _listed(service, known, paths[0] if paths else None, sizes[0] if sizes else None)
    return wire.VideoDetail(
        **facts,
        paths=[path_text(path) for path in paths],
        **_cut(service, video_id),
        lines_url=service.lines_url(video_id),
        transcript_url=service.transcript_url(video_id),
    )


def _listed(service: Service, video: Video, path: bytes | None, size_bytes: int | None) -> dict[str, Any]:
    return {
        "video_id": video.id,
        "path": None if path is None else path_text(path),
        "size_bytes": size_bytes,
        "duration_s": video.duration_s,
        "width": video.width,
        "height": video.height,
        "fps": video.fps,
        "codec": video.codec,
        "has_audio": video.has_audio,
        "taken_at": video.taken_at,
        "stream_url": service.stream_url(video.id),
        "thumbnail_url": service.thumbnail_url(video.id, video.duration_s / 2),
        "strip_url": service.strip_url(video.id, 0.0, video.duration_s),
        "proxy_url": service.proxy_url(video.id),
        "proxy_part_s": PART_S,
    }


def _cut(service: Service, video_id: str) -> dict[str, Any]:
    """Its shots, clips and tags in the generation that is served, if there is one."""
    try:
        opened = service.follower.serving()
    except NoGeneration:
        return {"shots": [], "clips": [], "actions": []}
    shots, clips = (
        views.shots(opened.catalog, video_id, opened.generation.fingerprint),
        opened.vectors.of_video(video_id),
    )
    spans = zip(clips.starts_s.tolist(), clips.ends_s.tolist(), clips.shots.tolist(), strict=True)
    tags = tags_of(opened.catalog, opened.generation, video_id)
    return {
        "shots": [wire.ShotSpan(start_s=shot.start_s, end_s=shot.end_s) for shot in shots],
        "clips": [wire.ClipSpan(start_s=start, end_s=end, shot=shot) for start, end, shot in spans],
        "actions": [wire.ActionSpan(action=tag, start_s=at.start_s, end_s=at.end_s) for tag, at in tags],
    }
