"""Files that a browser sends to the page: taken only of sessions that have passed the password."""

from collections.abc import Container

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_PREFIX = "/_stcore/upload_file/"


class UploadGate:
    """ASGI middleware; Streamlit itself keeps in memory whatever is sent with the id of an open session."""

    def __init__(self, app: ASGIApp, admitted: Container[str]) -> None:
        self._app, self._admitted = app, admitted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _PREFIX in scope["path"]:
            session = scope["path"].partition(_PREFIX)[2].partition("/")[0]
            if session not in self._admitted:
                refused = PlainTextResponse("type the password first", 403, {"Connection": "close"})
                await refused(scope, receive, send)
                return
        await self._app(scope, receive, send)
