"""A small library behind its service, as a client meets it."""

from typing import Any

from fastapi.testclient import TestClient

from search.service.api import create_app
from search.service.settings import ServiceSettings
from tests.small_library import SmallLibrary, colour_pair


def served(small: SmallLibrary, **settings: Any) -> TestClient:
    """What would be a bug is answered with 500, as by the real service."""
    app = create_app(ServiceSettings(library=small.library.folder, **settings), open_pair=lambda *_: colour_pair())
    return TestClient(app, raise_server_exceptions=False)


def moment(small: SmallLibrary, name: str, start_s: float, end_s: float, **more: Any) -> dict[str, Any]:
    """A stretch of the video of that file, as bodies name it."""
    return {"video_id": small.videos[name], "start_s": start_s, "end_s": end_s, **more}
