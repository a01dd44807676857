"""Pictures of a video, and parts of a copy that browsers play: made by a sandbox, and kept."""

import asyncio
import hashlib
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from data.media.excerpt import PART_S
from data.media.reading import MAX_FILE_S
from data.sandbox.process import OutOfMemory, SandboxError, Stopped
from data.sources.content import Content, open_content
from data.types import Video, VideoError
from search.query.wire import Seconds
from search.service.boundary.problems import described
from search.service.pictures.cache import DiskCache
from search.service.pictures.thumbnails import Ask, Decoders, Key
from search.service.routes.named import VideoId, has_etag, known_video
from search.service.service import KEY_OR_SIGNATURE, Service, Serving

router = APIRouter(prefix="/v1/videos", tags=["videos"])


def _answering(media_type: str) -> dict[str, Any]:
    """What both routes say of themselves."""
    return {
        "response_class": Response,
        "responses": {
            200: {"content": {media_type: {}}},
            304: {"description": "Not Modified"},
            **described(401, 403, 404, 410, 422, 503),
        },
        "dependencies": [KEY_OR_SIGNATURE],
    }


_THUMBNAIL = _answering("image/webp")
_PROXY = _answering("video/mp4")


@router.get("/{video_id}/thumbnail", **_THUMBNAIL)
@router.head("/{video_id}/thumbnail", include_in_schema=False, **_THUMBNAIL)
async def thumbnail(
    video_id: VideoId, request: Request, service: Serving, t: Annotated[Seconds, Query(description="s")] = 0.0
) -> Response:
    """The picture shown at `t` as WebP; past the end, the last one."""
    _, content = await run_in_threadpool(_looked_at, service, video_id)
    time_ms = round(t * 1000)
    data = await _made(service.decoders, service.thumbnails, (video_id, time_ms), content, time_ms / 1000, "no-picture")
    etag = f'"{hashlib.blake2b(data, digest_size=16).hexdigest()}"'
    headers = {"Cache-Control": "private, max-age=86400", "ETag": etag}
    if has_etag(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="image/webp", headers=headers)


@router.get("/{video_id}/proxy", **_PROXY)
@router.head("/{video_id}/proxy", include_in_schema=False, **_PROXY)
async def proxy(
    video_id: VideoId,
    request: Request,
    service: Serving,
    part: Annotated[int, Query(ge=0, le=int(MAX_FILE_S / PART_S), description="each is `proxy_part_s` long")],
) -> Response:
    """One part of a small H.264 copy, for a browser that can't play the file: MP4 whose own times begin at 0."""
    known, content = await run_in_threadpool(_looked_at, service, video_id)
    if part * PART_S >= known.duration_s:
        raise HTTPException(404, f"the video ends at {known.duration_s:g} s, before part {part}")
    etag = f'"{video_id}-{part}"'
    # The page's script reads it from another port; who knows a video's id or signature may have it anyway.
    anywhere = {"Access-Control-Allow-Origin": "*"}
    headers = {"Cache-Control": "private, max-age=86400", "ETag": etag, **anywhere}
    if has_etag(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    data = await _made(service.encoders, service.proxies, (video_id, part), content, part * PART_S, "no-proxy")
    return Response(data, media_type="video/mp4", headers=headers)


def _looked_at(service: Service, video_id: str) -> tuple[Video, Content]:
    """Raises 404, FileGone, FileChanged, FileUnreadable."""
    known, places = known_video(service, video_id)
    content = open_content(places)
    content.file.close()
    return known, content


# No thread waits with it: those are for what is quick.
async def _made(decoders: Decoders, cache: DiskCache, key: Key, content: Content, time_s: float, kind: str) -> bytes:
    kept = await run_in_threadpool(cache.get, *key)
    if kept is not None:
        return kept
    try:
        making = asyncio.wrap_future(decoders.making(key, partial(_make, cache, key, content, time_s)))
        # Others may wait for the same.
        return await asyncio.wait_for(asyncio.shield(making), decoders.patience_s)
    except TimeoutError:
        raise HTTPException(503, "it takes long; try again", {"Retry-After": "10", "x-problem": "busy"}) from None
    except Stopped:
        raise
    except (VideoError, SandboxError) as error:
        raise _not_made(kind, error) from None


def _not_made(kind: str, error: VideoError | SandboxError) -> HTTPException:
    reason = getattr(error, "reason", error)
    # Memory comes free again; a file that can't be decoded stays so.
    again = {"Retry-After": "10"} if isinstance(error, OutOfMemory) else {}
    return HTTPException(503, f"{kind.replace('-', ' ')}: {reason}", {"x-problem": kind, **again})


def _make(cache: DiskCache, key: Key, content: Content, time_s: float, ask: Ask) -> bytes:
    # Another request may have made it since this one looked.
    kept = cache.get(*key)
    if kept is not None:
        return kept
    try:
        made = ask(content.path, time_s)
    finally:
        content.check_unchanged()
    cache.put(*key, made)
    return made
