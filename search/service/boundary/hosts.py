"""Which names a service without a key answers to: a page elsewhere must not reach it through the reader's browser."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from search.service.boundary.access import is_loopback
from search.service.boundary.problems import problem

_READING = frozenset(("GET", "HEAD", "OPTIONS"))


class Hosts:
    """ASGI middleware: 421 to who asked for another name (DNS rebinding), 403 to what another site's page sends.

    Known are this machine's own names and the name in `public_url`, on any port.
    """

    def __init__(self, app: ASGIApp, public_url: str | None) -> None:
        self._app = app
        self._public = _name_in(public_url or "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reason = self._refused(scope) if scope["type"] == "http" else None
        if reason is None:
            await self._app(scope, receive, send)
        else:
            status, detail = reason
            await problem(status, detail, kind="host", headers={"Connection": "close"})(scope, receive, send)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host"), headers.get("origin")
        if host is not None and not self._knows(_name_in(f"//{host}")):
            known = "ask for 127.0.0.1, or set SCENESEEK_PUBLIC_URL where it is started"
            return 421, f"{host!r} is not this service: {known}"
        if origin is not None and scope["method"] not in _READING and not self._knows(_name_in(origin)):
            return 403, f"a page of {origin!r} may not send this"
        return None

    def _knows(self, name: str | None) -> bool:
        return name is not None and (name == self._public or is_loopback(name))


def _name_in(url: str) -> str | None:
    """Lower case, without port and final dot; None where there is none."""
    try:
        name = urlsplit(url).hostname
    except ValueError:
        return None
    return name.rstrip(".") if name else None
