"""The page as it is served: Streamlit's application, with what browsers are to be told about it.

`streamlit run` finds `app` here, and the script that draws the page beside it.
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from ui.boundary.headers import PageHeaders
from ui.boundary.uploads import NoUploads
from ui.parts import elements
from ui.settings import PageSettings

_settings = PageSettings()
app = st.App(
    Path(__file__).with_name("app.py"),
    routes=[elements.route()],
    middleware=[
        Middleware(PageHeaders, service_url=_settings.browser_url),
        Middleware(NoUploads),
    ],
)
