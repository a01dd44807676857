"""ASGI middleware: no body larger than the service has use for."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search.problems import problem

MAX_BODY_BYTES = 32 << 20


class BodyLimit:
    """Answers 413 before a body that is too large has been read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_BODY_BYTES:
                await problem(413, f"the body is larger than {MAX_BODY_BYTES} bytes")(scope, receive, send)
                return
        unread = True

        async def once() -> Message:
            nonlocal unread
            if not unread:
                return await receive()
            unread = False
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self._app(scope, once, send)
