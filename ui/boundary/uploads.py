"""Streamlit's own way to send files to the page, which this page has no use for."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_PREFIX = "/_stcore/upload_file/"


class NoUploads:
    """ASGI middleware; Streamlit keeps in memory whatever is sent with the id of an open session."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _PREFIX in scope["path"]:
            refused = PlainTextResponse("files are not taken here", 403, {"Connection": "close"})
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)
