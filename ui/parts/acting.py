"""What a click asks of the service, and what is said where that refuses."""

from collections.abc import Callable
from html import escape

import streamlit as st

from ui.client import Refused, Unreachable

_REFUSED = "refused"


def act(do: Callable[..., object], *arguments: object, **named: object) -> None:
    """For a click: what is refused is said where `refusal` stands; of a service that is away the page tells itself."""
    st.session_state.pop(_REFUSED, None)
    try:
        do(*arguments, **named)
    except Refused as error:
        st.session_state[_REFUSED] = sentence(error.detail)
    except Unreachable:
        pass


def refusal() -> None:
    """Why the last click came to nothing, once."""
    said = st.session_state.pop(_REFUSED, None)
    if said:
        st.html(f'<p class="remark" role="alert">{escape(said)}</p>')


def sentence(text: str) -> str:
    """A detail of the service as a sentence."""
    return text[:1].upper() + text[1:].rstrip(".") + "."
