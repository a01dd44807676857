"""The page; Streamlit runs this script at every change. It and `web.py` alone read the environment."""

from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui import gate, library_page, search_page
from ui.client import Client
from ui.gate import Turns
from ui.settings import PageSettings

_ASSETS = Path(__file__).parent / "assets"


@st.cache_resource
def _client(url: str, key: str | None) -> Client:
    return Client(url, key)


@st.cache_resource
def _turns() -> Turns:
    """Shared by all who open the page."""
    return Turns()


def _pages(settings: PageSettings) -> list[StreamlitPage]:
    client = _client(settings.service_url, settings.key)
    searching, library = (partial(page.show, client, settings.browser_url) for page in (search_page, library_page))
    return [
        st.Page(searching, title="Sceneseek", url_path="search", default=True),
        st.Page(library, title="Library, Sceneseek", url_path="library"),
    ]


def _top(searching: StreamlitPage, library: StreamlitPage) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="top"):
        st.html('<h1 class="brand">Sceneseek</h1>', width="content")
        with st.container(horizontal=True, width="content", gap="medium"):
            st.page_link(searching, label="Search")
            st.page_link(library, label="Library")


st.set_page_config(page_title="Sceneseek", page_icon=str(_ASSETS / "icon.png"), layout="wide")
st.html(_ASSETS / "page.css")
_settings = PageSettings()
_known = _pages(_settings)
# Before the question for the password, so that the page that the address names is still asked for after it.
_chosen = st.navigation(_known, position="hidden")
if gate.passed(_settings.password, _turns()):
    _top(*_known)
    _chosen.run()
