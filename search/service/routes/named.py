"""How routes are told of which videos; whether one is known, and whether the client has it already."""

import os
from typing import Annotated

from fastapi import Path, Query
from starlette.exceptions import HTTPException

from data.stores.catalog import views
from data.types import Location, Video
from search.service.service import Service

# Who knows a video's id, and its signature where there is a key, may have it wherever the asking script comes from.
ANYWHERE = {"Access-Control-Allow-Origin": "*"}

VideoId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]

Folder = Annotated[str | None, Query(max_length=4096, description="in or below it; relative ones lie below any root")]


def folder_of(asked: str | None) -> bytes | None:
    """As a catalogue names it; an empty one is none."""
    return os.fsencode(asked) if asked else None


def known_video(service: Service, video_id: str) -> tuple[Video, list[Location]]:
    """The video, and the places where it lies. Raises 404."""
    known = views.video(service.follower.catalog(), video_id)
    if known is None:
        raise HTTPException(404, f"no video {video_id}")
    return known


def has_etag(if_none_match: str | None, etag: str) -> bool:
    """Whether what the client has is this."""
    asked = [part.strip().removeprefix("W/") for part in (if_none_match or "").split(",")]
    return etag in asked or "*" in asked
