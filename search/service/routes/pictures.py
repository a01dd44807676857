"""Pictures of a video, and parts of a copy that browsers play: made by a sandbox, and kept."""

import asyncio
import hashlib
from dataclasses import dataclass
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
from search.service.routes.named import ANYWHERE, VideoId, has_etag, known_video
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
    making = _Making(service.decoders, service.thumbnails, (video_id, time_ms), content, (time_ms / 1000,))
    return _shown(request, await making.made("no-picture"))


@router.get("/{video_id}/strip", **_THUMBNAIL)
@router.head("/{video_id}/strip", include_in_schema=False, **_THUMBNAIL)
async def strip(
    video_id: VideoId,
    request: Request,
    service: Serving,
    start: Annotated[Seconds, Query(description="s")] = 0.0,
    end: Annotated[Seconds | None, Query(description="s; the end of the video where it is left out")] = None,
    count: Annotated[int, Query(ge=2, le=60, description="how many pictures")] = 8,
) -> Response:
    """Pictures of [start, end) side by side as WebP, of one size, each from the middle of an equal part of it."""
    known, content = await run_in_threadpool(_looked_at, service, video_id)
    start_ms, end_ms = round(start * 1000), round((known.duration_s if end is None else end) * 1000)
    asked = start_ms / 1000, end_ms / 1000, count, known.duration_s
    if start_ms >= end_ms:
        raise HTTPException(
            422, f"start must be before end, got {asked[0]:g} and {asked[1]:g}", {"x-problem": "invalid"}
        )
    key = video_id, f"{start_ms}-{end_ms}-{count}"
    making = _Making(service.strip_decoders, service.thumbnails, key, content, asked)
    return _shown(request, await making.made("no-picture"))


def _shown(request: Request, data: bytes) -> Response:
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
    # The page's script reads it from another port.
    headers = {"Cache-Control": "private, max-age=86400", "ETag": etag, **ANYWHERE}
    if has_etag(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    making = _Making(service.encoders, service.proxies, (video_id, part), content, (part * PART_S,))
    return Response(await making.made("no-proxy"), media_type="video/mp4", headers=headers)


def _looked_at(service: Service, video_id: str) -> tuple[Video, Content]:
    """Raises 404, FileGone, FileChanged, FileUnreadable."""
    known, places = known_video(service, video_id)
    content = open_content(places)
    content.file.close()
    return known, content


@dataclass(frozen=True, slots=True)
class _Making:
    """What decoders make of a video, `asked` for by these numbers, and where it is kept."""

    decoders: Decoders
    cache: DiskCache
    key: Key
    content: Content
    asked: tuple[float, ...]

    # No thread waits with it: those are for what is quick.
    async def made(self, kind: str) -> bytes:
        """`kind` is the problem where it can't be made. Raises it, FileGone, FileChanged, FileUnreadable, Full."""
        kept = await run_in_threadpool(self.cache.get, *self.key)
        if kept is not None:
            return kept
        try:
            making = asyncio.wrap_future(self.decoders.making(self.key, self._make))
            # Others may wait for the same.
            return await asyncio.wait_for(asyncio.shield(making), self.decoders.patience_s)
        except TimeoutError:
            raise HTTPException(503, "it takes long; try again", {"Retry-After": "10", "x-problem": "busy"}) from None
        except Stopped:
            raise
        except (VideoError, SandboxError) as error:
            raise _not_made(kind, error) from None

    def _make(self, ask: Ask) -> bytes:
        # Another request may have made it since this one looked.
        kept = self.cache.get(*self.key)
        if kept is not None:
            return kept
        try:
            made = ask(self.content.path, *self.asked)
        finally:
            self.content.check_unchanged()
        self.cache.put(*self.key, made)
        return made


def _not_made(kind: str, error: VideoError | SandboxError) -> HTTPException:
    reason = getattr(error, "reason", error)
    # Memory comes free again; a file that can't be decoded stays so.
    again = {"Retry-After": "10"} if isinstance(error, OutOfMemory) else {}
    return HTTPException(503, f"{kind.replace('-', ' ')}: {reason}", {"x-problem": kind, **again})
