"""Videos: what is known of them, their bytes and their pictures."""

import asyncio
import hashlib
import os
from collections.abc import Iterator
from email.utils import formatdate
from functools import partial
from pathlib import PurePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from starlette.exceptions import HTTPException

from data.media.excerpt import PART_S
from data.media.reading import MAX_FILE_S
from data.paths import joined
from data.sandbox.process import OutOfMemory, SandboxError, Stopped
from data.stores.catalog import views
from data.types import Location, NoGeneration, Video, VideoError
from search.query import wire
from search.ranking.answers import path_text
from search.service.boundary.problems import described
from search.service.pictures.cache import DiskCache
from search.service.pictures.content import Content, open_content
from search.service.pictures.ranges import ByteRange, Unsatisfiable, asked_range
from search.service.pictures.thumbnails import Ask, Decoders, Key
from search.service.routes.library import Limit, Offset
from search.service.service import KEY, KEY_OR_SIGNATURE, Service, Serving

router = APIRouter(prefix="/v1/videos", tags=["videos"])

VideoId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
_CHUNK_BYTES = 256 << 10
_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    # Chromium plays QuickTime's container under this name only.
    ".mov": "video/mp4",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".ogv": "video/ogg",
    ".avi": "video/x-msvideo",
    ".ts": "video/mp2t",
}
_STREAM: dict[str, Any] = {
    "response_class": StreamingResponse,
    "responses": {
        206: {"description": "Partial Content"},
        304: {"description": "Not Modified"},
        416: {"description": "Range Not Satisfiable"},
        **described(401, 403, 404, 410, 422, 503),
    },
    "dependencies": [KEY_OR_SIGNATURE],
}
_THUMBNAIL: dict[str, Any] = {
    "response_class": Response,
    "responses": {
        200: {"content": {"image/webp": {}}},
        304: {"description": "Not Modified"},
        **described(401, 403, 404, 410, 422, 503),
    },
    "dependencies": [KEY_OR_SIGNATURE],
}
_PROXY: dict[str, Any] = {
    "response_class": Response,
    "responses": {
        200: {"content": {"video/mp4": {}}},
        304: {"description": "Not Modified"},
        **described(401, 403, 404, 410, 422, 503),
    },
    "dependencies": [KEY_OR_SIGNATURE],
}


@router.get("", dependencies=[KEY], responses=described(401, 422, 503))
def videos(service: Serving, limit: Limit = 100, offset: Offset = 0) -> wire.VideoList:
    """The videos that are present, by path."""
    total, page = views.videos(service.follower.catalog(), limit=limit, offset=offset)
    listed = [_listed(service, video, path) for video, path in page]
    return wire.VideoList(total=total, videos=[wire.ListedVideo(**facts) for facts in listed])


@router.get("/{video_id}", dependencies=[KEY], responses=described(401, 404, 422, 503))
def video(video_id: VideoId, service: Serving) -> wire.VideoDetail:
    """One video, with its places and clips."""
    known, places = _known(service, video_id)
    paths = [joined(place.root, place.path) for place in places]
    listed = _listed(service, known, paths[0] if paths else None)
    return wire.VideoDetail(**listed, paths=[path_text(path) for path in paths], clips=_clips(service, video_id))


@router.get("/{video_id}/stream", **_STREAM)
@router.head("/{video_id}/stream", include_in_schema=False, **_STREAM)
def stream(video_id: VideoId, request: Request, service: Serving) -> Response:
    """The file's bytes, whole or one range of them."""
    content = open_content(_known(service, video_id)[1])
    etag = f'"{video_id}"'
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600",
        "ETag": etag,
        "Last-Modified": formatdate(content.modified_s, usegmt=True),
    }
    if _has(request.headers.get("if-none-match"), etag):
        content.file.close()
        return Response(status_code=304, headers=headers)
    try:
        part = asked_range(_range_header(request, etag, headers["Last-Modified"]), content.size)
    except Unsatisfiable:
        content.file.close()
        raise HTTPException(
            416, f"the file has {content.size} bytes", {"Content-Range": f"bytes */{content.size}"}
        ) from None
    return _sent(request, content, part, headers)


@router.get("/{video_id}/thumbnail", **_THUMBNAIL)
@router.head("/{video_id}/thumbnail", include_in_schema=False, **_THUMBNAIL)
async def thumbnail(
    video_id: VideoId, request: Request, service: Serving, t: Annotated[wire.Seconds, Query(description="s")] = 0.0
) -> Response:
    """The picture shown at `t` as WebP; past the end, the last one."""
    _, content = await run_in_threadpool(_looked_at, service, video_id)
    time_ms = round(t * 1000)
    data = await _made(service.decoders, service.thumbnails, (video_id, time_ms), content, time_ms / 1000, "no-picture")
    etag = f'"{hashlib.blake2b(data, digest_size=16).hexdigest()}"'
    headers = {"Cache-Control": "private, max-age=86400", "ETag": etag}
    if _has(request.headers.get("if-none-match"), etag):
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
    if _has(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    data = await _made(service.encoders, service.proxies, (video_id, part), content, part * PART_S, "no-proxy")
    return Response(data, media_type="video/mp4", headers=headers)


def _known(service: Service, video_id: str) -> tuple[Video, list[Location]]:
    known = views.video(service.follower.catalog(), video_id)
    if known is None:
        raise HTTPException(404, f"no video {video_id}")
    return known


def _looked_at(service: Service, video_id: str) -> tuple[Video, Content]:
    """Raises 404 and 410."""
    known, places = _known(service, video_id)
    content = open_content(places)
    content.file.close()
    return known, content


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


def _has(if_none_match: str | None, etag: str) -> bool:
    asked = [part.strip().removeprefix("W/") for part in (if_none_match or "").split(",")]
    return etag in asked or "*" in asked


def _range_header(request: Request, etag: str, modified: str) -> str | None:
    """None when `If-Range` names another version than this one."""
    condition = request.headers.get("if-range")
    return request.headers.get("range") if condition in (None, etag, modified) else None


def _sent(request: Request, content: Content, part: ByteRange | None, headers: dict[str, str]) -> Response:
    whole = ByteRange(0, content.size)
    sent = part or whole
    headers["Content-Length"] = str(sent.length)
    if part is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{content.size}"
    status = 200 if part is None else 206
    media_type = _TYPES.get(PurePath(os.fsdecode(content.path)).suffix.lower(), "application/octet-stream")
    if request.method == "HEAD":
        content.file.close()
        return Response(status_code=status, headers=headers, media_type=media_type)
    return StreamingResponse(_bytes(content, sent), status, headers, media_type)


def _bytes(content: Content, part: ByteRange) -> Iterator[bytes]:
    left = part.length
    with content.file as file:
        file.seek(part.start)
        while left and (chunk := file.read(min(_CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk


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
