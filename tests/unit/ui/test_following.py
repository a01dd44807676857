"""The address and the session, when both change."""

import sys

import pytest
from streamlit.testing.v1 import AppTest


@pytest.fixture(autouse=True)
def main(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a script runs in takes the place of `__main__`, which processes that later tests start would import."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def _page() -> None:
    import streamlit as st

    from ui.parts import address

    address.follow({"q": address.words, "v": address.video, "view": address.some_of("each", "dense")})
    st.text_input("Ask", key="q")
    st.pills("Shown", ["each", "dense"], selection_mode="multi", key="view")
    st.button("Open", on_click=lambda: st.session_state.update(v="a" * 32))
    st.button("Close", on_click=lambda: st.session_state.update(v=None))


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(_page)


def _address(app: AppTest) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}


def test_link_is_followed(app: AppTest) -> None:
    app.query_params["q"] = "a cat"
    app.query_params["view"] = "dense"
    app.run()
    assert app.text_input(key="q").value == "a cat"
    assert app.session_state["view"] == ["dense"]


def test_what_is_done_is_in_the_address(app: AppTest) -> None:
    app.run().text_input(key="q").set_value("a dog").run()
    app.button[0].click().run()
    assert _address(app) == {"q": "a dog", "v": "a" * 32}
    app.button[1].click().run()
    assert _address(app) == {"q": "a dog"}


def test_browser_that_went_back_is_followed(app: AppTest) -> None:
    app.run().text_input(key="q").set_value("a dog").run()
    app.query_params.clear()
    app.run()
    assert app.text_input(key="q").value == ""
    assert _address(app) == {}


def test_click_counts_though_the_browser_tells_an_address_that_is_a_step_old(app: AppTest) -> None:
    app.run().text_input(key="q").set_value("a dog").run()
    app.button[0].click().run()
    # The browser has not heard yet that it is open.
    app.query_params.clear()
    app.query_params["q"] = "a dog"
    app.button[1].click().run()
    assert app.session_state["v"] is None
    app.query_params.clear()
    app.text_input(key="q").set_value("a cat").run()
    assert app.text_input(key="q").value == "a cat"
    assert _address(app) == {"q": "a cat"}


def test_nonsense_is_as_if_it_were_not_there(app: AppTest) -> None:
    app.query_params["v"] = "../status"
    app.query_params["view"] = "<script>"
    app.run()
    assert app.session_state["v"] is None
    assert _address(app) == {}
