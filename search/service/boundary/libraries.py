"""Which library a request is about: `/v1/libraries/NAME/…` is what `/v1/…` is for the one that needs no name."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from search.service.settings import MAIN

_NAMED = re.compile(r"/v1/libraries/([^/]+)(/.+)")
_LIBRARY, _ASKED = "sceneseek.library", "sceneseek.asked"


class ByName:
    """ASGI middleware: takes the name out of the path, so that all that comes after knows one form of each route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = _NAMED.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is not None:
            name, path = found[1], f"/v1{found[2]}"
            scope = {**scope, "path": path, "raw_path": path.encode(), _LIBRARY: name, _ASKED: scope["path"]}
        await self._app(scope, receive, send)


def base_of(name: str) -> str:
    """What the paths of a library's routes begin with."""
    return "/v1" if name == MAIN else f"/v1/libraries/{name}"


def library_in(scope: Scope) -> str:
    """The name of the library that is asked about."""
    name: str = scope.get(_LIBRARY, MAIN)
    return name


def asked_path(scope: Scope) -> str:
    """The path as it was asked for, which is what addresses are signed by."""
    path: str = scope.get(_ASKED, scope["path"])
    return path
