"""The page's own elements: scripts and styles under `assets/`, one folder each, where Streamlit has no such widget."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

ASSETS = Path(__file__).parents[1] / "assets"


def route() -> Mount:
    """Where browsers find the scripts: at an address that changes with them, so that none is an old one."""
    return Mount(f"/assets/{_version()}", StaticFiles(directory=ASSETS))


def element(name: str) -> Any:
    """What draws the element of that name; its script is `assets/NAME/NAME.js`."""
    return st.components.v2.component(
        name,
        html=f'<div class="{name}"></div>',
        css=(ASSETS / name / f"{name}.css").read_text("utf-8"),
        # Streamlit loads it from nowhere, so that it can't name its neighbours; these are found from the page.
        js=f'const at = new URL("assets/{_version()}/{name}/{name}.js", document.baseURI).href;\n'
        "export default (await import(at)).default;",
    )


def telling(key: str, name: str, do: Callable[[Any], None]) -> Callable[[], None]:
    """For a click: `do` is told what the element `key` says under that name; of others it says nothing."""

    def tell() -> None:
        value = st.session_state[key].get(name)
        if value is not None:
            do(value)

    return tell


@cache
def _version() -> str:
    scripts = sorted(ASSETS.rglob("*.js"))
    return hashlib.blake2b(b"".join(script.read_bytes() for script in scripts), digest_size=6).hexdigest()
