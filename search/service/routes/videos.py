"""Videos: which there are, and what is known of one."""

from typing import Any

from fastapi import APIRouter

from data.media.excerpt import PART_S
from data.paths import joined, path_text
from data.stores.catalog import views
from data.types import NoGeneration, Video
from search.service import wire
from search.service.boundary.problems import described
from search.service.routes.library import Limit, Offset
from search.service.routes.named import VideoId, known_video
from search.service.service import KEY, Service, Serving

router = APIRouter(prefix="/v1/videos", tags=["videos"])


@router.get("", dependencies=[KEY], responses=described(401, 422, 503))
def videos(service: Serving, limit: Limit = 100, offset: Offset = 0) -> wire.VideoList:
    """The videos that are present, by path."""
    total, page = views.videos(service.follower.catalog(), limit=limit, offset=offset)
    listed = [_listed(service, video, path) for video, path in page]
    return wire.VideoList(total=total, videos=[wire.ListedVideo(**facts) for facts in listed])


@router.get("/{video_id}", dependencies=[KEY], responses=described(401, 404, 422, 503))
def video(video_id: VideoId, service: Serving) -> wire.VideoDetail:
    """One video, with its places and clips."""
    known, places = known_video(service, video_id)
    paths = [joined(place.root, place.path) for place in places]
    listed = _listed(service, known, paths[0] if paths else None)
    return wire.VideoDetail(**listed, paths=[path_text(path) for path in paths], clips=_clips(service, video_id))


def _listed(service: Service, video: Video, path: bytes | None) -> dict[str, Any]:
    return {
        "video_id": video.id,
        "path": None if path is None else path_text(path),
        "duration_s": video.duration_s,
        "width": video.width,
        "height": video.height,
        "fps": video.fps,
        "codec": video.codec,
        "has_audio": video.has_audio,
        "taken_at": video.taken_at,
        "stream_url": service.stream_url(video.id),
        "thumbnail_url": service.thumbnail_url(video.id, video.duration_s / 2),
        "proxy_url": service.proxy_url(video.id),
        "proxy_part_s": PART_S,
    }


def _clips(service: Service, video_id: str) -> list[wire.ClipSpan]:
    try:
        clips = service.follower.serving().vectors.of_video(video_id)
    except NoGeneration:
        return []
    columns = (clips.starts_s.tolist(), clips.ends_s.tolist(), clips.shots.tolist())
    return [wire.ClipSpan(start_s=start, end_s=end, shot=shot) for start, end, shot in zip(*columns, strict=True)]
