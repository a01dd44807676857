"""The bytes of a file, whole or one range of them."""

import os
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import PurePath
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.exceptions import HTTPException

from data.sources.content import Content, open_content
from search.service.boundary.problems import described
from search.service.pictures.ranges import ByteRange, Unsatisfiable, asked_range
from search.service.routes.named import VideoId, has_etag, known_video
from search.service.service import KEY_OR_SIGNATURE, Serving

router = APIRouter(prefix="/v1/videos", tags=["videos"])

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


@router.get("/{video_id}/stream", **_STREAM)
@router.head("/{video_id}/stream", include_in_schema=False, **_STREAM)
def stream(video_id: VideoId, request: Request, service: Serving) -> Response:
    """The file's bytes, whole or one range of them."""
    content = open_content(known_video(service, video_id)[1])
    etag = f'"{video_id}"'
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600",
        "ETag": etag,
    }
    if content.modified_s:  # a tag may be all that is known
        headers["Last-Modified"] = formatdate(content.modified_s, usegmt=True)
    if has_etag(request.headers.get("if-none-match"), etag):
        content.file.close()
        return Response(status_code=304, headers=headers)
    try:
        part = asked_range(_range_header(request, etag, headers.get("Last-Modified")), content.size)
    except Unsatisfiable:
        content.file.close()
        raise HTTPException(
            416, f"the file has {content.size} bytes", {"Content-Range": f"bytes */{content.size}"}
        ) from None
    return _sent(request, content, part, headers)


def _range_header(request: Request, etag: str, modified: str | None) -> str | None:
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
