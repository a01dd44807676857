"""The page; Streamlit runs this script at every change. It and `web.py` alone read the environment."""

from functools import partial

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.boundary import gate
from ui.boundary.gate import Turns
from ui.client import Client, Refused, Unreachable
from ui.keeping import collections_page, concepts_page
from ui.library import library_page
from ui.parts import leading
from ui.parts.address import LIBRARY, change_library, library_among
from ui.parts.elements import ASSETS
from ui.searching import search_page, video_page
from ui.settings import PageSettings


@st.cache_resource
def _client(url: str, key: str | None, library: str | None = None) -> Client:
    return Client(url, key, library)


@st.cache_data(ttl=60, show_spinner=False)
def _known_libraries(url: str, key: str | None) -> list[str]:
    return _client(url, key).libraries()


def _libraries(settings: PageSettings) -> list[str]:
    """None where nothing answers: the page says so itself."""
    try:
        return _known_libraries(settings.service_url, settings.key)
    except (Unreachable, Refused):
        return []


@st.cache_resource
def _turns() -> Turns:
    """Shared by all who open the page."""
    return Turns()


def _pages(settings: PageSettings, library: str | None) -> dict[str, StreamlitPage]:
    client = _client(settings.service_url, settings.key, library)
    known = {
        "search": search_page,
        "video": video_page,
        "collections": collections_page,
        "concepts": concepts_page,
        "library": library_page,
    }
    return {
        name: st.Page(
            partial(page.show, client, settings.browser_url),
            title="Sceneseek" if name == "search" else f"{name.capitalize()}, Sceneseek",
            url_path=name,
            default=name == "search",
        )
        for name, page in known.items()
    }


def _top(pages: dict[str, StreamlitPage], libraries: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="top"):
        st.html('<h1 class="brand">Sceneseek</h1>', width="content")
        with st.container(horizontal=True, width="content", gap="medium"):
            if len(libraries) > 1:
                st.selectbox(
                    "Library",
                    libraries,
                    label_visibility="collapsed",
                    key=LIBRARY,
                    on_change=change_library,
                    width=160,
                )
            for name in ("search", "collections", "concepts", "library"):
                st.page_link(pages[name], label=name.capitalize())


st.set_page_config(page_title="Sceneseek", page_icon=str(ASSETS / "icon.png"), layout="wide")
st.html(ASSETS / "page.css")
_settings = PageSettings()
_names = _libraries(_settings)
_known = _pages(_settings, library_among(_names) if len(_names) > 1 else None)
# Before the question for the password, so that the page that the address names is still asked for after it.
_chosen = st.navigation(list(_known.values()), position="hidden")
if gate.passed(_settings.password, _turns()):
    _top(_known, _names)
    leading.know(_known)
    _chosen.run()
