"""The page; Streamlit runs this script at every change, and it alone reads the environment."""

from pathlib import Path

import streamlit as st

from ui import gate, library_page, search_page
from ui.client import Client
from ui.settings import PageSettings

_ASSETS = Path(__file__).parent / "assets"


@st.cache_resource
def _client(url: str, key: str | None) -> Client:
    return Client(url, key)


def _pages(settings: PageSettings) -> None:
    client = _client(settings.service_url, settings.key)
    searching = st.Page(
        lambda: search_page.show(client, settings.browser_url), title="Sceneseek", url_path="search", default=True
    )
    library = st.Page(
        lambda: library_page.show(client, settings.browser_url), title="Library, Sceneseek", url_path="library"
    )
    chosen = st.navigation([searching, library], position="hidden")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="top"):
        st.html('<h1 class="brand">Sceneseek</h1>', width="content")
        with st.container(horizontal=True, width="content", gap="medium"):
            st.page_link(searching, label="Search")
            st.page_link(library, label="Library")
    chosen.run()


st.set_page_config(page_title="Sceneseek", page_icon=str(_ASSETS / "icon.png"), layout="wide")
st.html(_ASSETS / "page.css")
_settings = PageSettings()
if gate.passed(_settings.password):
    _pages(_settings)
