"""The page as it is served: Streamlit's application, with what browsers are to be told about it.

`streamlit run` finds `app` here, and the script that draws the page beside it.
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from ui.gate import ADMITTED
from ui.headers import PageHeaders
from ui.settings import PageSettings
from ui.uploads import UploadGate

_settings = PageSettings()
app = st.App(
    Path(__file__).with_name("app.py"),
    middleware=[
        Middleware(PageHeaders, service_url=_settings.browser_url),
        *([Middleware(UploadGate, admitted=ADMITTED)] if _settings.password else []),
    ],
)
