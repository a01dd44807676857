"""The password of a page that others can reach."""

import hmac
import time

import streamlit as st

_PAUSE_S = 1.0


def passed(password: str | None) -> bool:
    """Whether the page may be shown; otherwise the question has been drawn."""
    if password is None or st.session_state.get("passed"):
        return True
    with st.form("gate", width=420):
        st.html('<h2 class="lead">Sceneseek</h2>')
        typed = st.text_input("Password", type="password", autocomplete="current-password")
        if st.form_submit_button("Open", type="primary"):
            if hmac.compare_digest(typed.encode(), password.encode()):
                st.session_state["passed"] = True
                st.rerun()
            # Guessing is slow, for each who tries.
            time.sleep(_PAUSE_S)
            st.error("That is not the password.")
    return False
