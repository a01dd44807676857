"""What browsers are told about the page: where its parts may come from, and that no other page may frame it."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"}


class PageHeaders:
    """ASGI middleware; pictures and videos come from `service_url`, the service as the browser reaches it."""

    def __init__(self, app: ASGIApp, service_url: str) -> None:
        self._app, self._service_url = app, service_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = {**_HEADERS, "Content-Security-Policy": policy(self._service_url, Headers(scope=scope).get("host", ""))}

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(told)
            await send(message)

        await self._app(scope, receive, telling)


def policy(service_url: str, host: str) -> str:
    """Everything from the page's own server, but pictures and videos; Streamlit writes styles into its elements.

    A component's script is a blob, and for some browsers a socket to `host` is not the page's own server.
    """
    socket = f" ws://{host} wss://{host}" if re.fullmatch(r"[\w.:\[\]-]+", host) else ""
    return (
        f"default-src 'self'; script-src 'self' blob:{_inline_scripts()}; style-src 'self' 'unsafe-inline'; "
        "font-src 'self' data:; "
        f"img-src 'self' data: blob: {service_url}; media-src 'self' blob: {service_url}; "
        f"connect-src 'self' {service_url}{socket}; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


@cache
def _inline_scripts() -> str:
    """The digests of what Streamlit's own page runs."""
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    scripts: list[bytes] = re.findall(rb"<script>(.*?)</script>", page.read_bytes(), flags=re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(script).digest()).decode() for script in scripts)
    return "".join(f" 'sha256-{digest}'" for digest in digests)
