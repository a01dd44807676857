"""From one page to another, with what its address is to say."""

from collections.abc import Mapping

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.parts import address

_PAGES = "pages"


def know(pages: Mapping[str, StreamlitPage]) -> None:
    """The pages by their names, before one of them is drawn."""
    st.session_state[_PAGES] = pages


def link(page: str, label: str, **says: str) -> None:
    """What is followed there by a click."""
    st.page_link(st.session_state[_PAGES][page], label=label, query_params={**address.here(), **says})


def go(page: str, **says: str) -> None:
    """Be there next; not within what a click calls."""
    st.switch_page(st.session_state[_PAGES][page], query_params={**address.here(), **says})
