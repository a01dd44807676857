"""The page that searches."""

import json
from html import escape

import streamlit as st

from ui import asking, moments, states
from ui.client import Body, Client, Refused, Unreachable
from ui.examples import Example, examples
from ui.wording import counted, length

_PAGE = 24
_MOST = 500


def show(client: Client, browser_url: str) -> None:
    """Ask the service how it is, then draw what can be drawn."""
    try:
        status = client.status()
        if status["indexing"]:
            states.run_in_progress(client, status["generation"])
        if status["generation"] is None:
            states.first_run() if status["indexing"] else states.no_index(client, status)
        else:
            _search(client, browser_url, status)
    except Unreachable:
        states.no_service(client)
    except Refused as error:
        states.refused(error)


def _search(client: Client, browser_url: str, status: Body) -> None:
    asked = asking.box()
    if asked.query is None:
        _welcome(client, browser_url, status)
        return
    if asked.reads:
        asking.chip(asked)
    narrowing = asking.narrowing(_videos(client, status["generation"], status["files"]))
    try:
        _answer(client, browser_url, status, asked.query, narrowing)
    except Refused as error:
        states.refused(error, asked.query if isinstance(asked.query, str) else "")


def _answer(client: Client, browser_url: str, status: Body, query: asking.Query, narrowing: asking.Narrowing) -> None:
    limit = _limit(query, narrowing)
    body = json.dumps(narrowing.body(query, limit), sort_keys=True)
    answer = _searched(client, body, status["generation"])
    cards = [moments.card(moment, browser_url) for moment in answer["moments"]]
    # Said above the grid and drawn after it, so that it never stands over the cards of the last question.
    said = st.container()
    _grid(client, browser_url, cards, label="Moments found")
    with said:
        if cards:
            found = f"{counted(len(cards), 'moment')}{narrowing.reads}"
            st.html(f'<p class="quiet small" role="status">{escape(found)}, found in {answer["took_ms"]:.0f} ms</p>')
            states.remarks(answer)
        else:
            states.nothing_found(narrowing.leaves_out)
    if len(cards) == limit < _MOST:
        st.button("Show more", on_click=_show_more)


def _welcome(client: Client, browser_url: str, status: Body) -> None:
    if "v" in st.query_params:
        _grid(client, browser_url, [], label="The moment of this link")
        return
    extent = f"{counted(status['videos'], 'video')}, {length(status['hours'])}"
    st.html(
        '<h2 class="lead">Find a moment by describing it</h2>'
        f'<p class="quiet">{extent} indexed in {escape(status["library"])}. For example:</p>'
    )
    with st.spinner("Trying some sentences on your library"):
        found = _examples(client, status["generation"])
    cards = [moments.example_card(one, browser_url) for one in found]
    moments.show(cards, key="examples", label="Examples", on_example=asking.ask)


def _grid(client: Client, browser_url: str, cards: list[moments.Card], *, label: str) -> None:
    """The cards, and the player of the moment that the address names."""
    opened, facts = None, None
    linked = _linked()
    if linked:
        video_id, time_s = linked
        try:
            video = client.video(video_id)
        except Refused:
            states.unknown_link()
        else:
            sentence = st.session_state.get("q") or ""
            curve = client.curve(video_id, sentence) if sentence.strip() else []
            facts = moments.facts(video, time_s, _problem(client, video_id), curve)
            opened = moments.near(cards, video_id, time_s)
            if opened is None:
                opened = moments.linked(video, time_s, browser_url)
                cards = [opened, *cards]
    moments.show(
        cards, key="moments", label=label, opened=opened, facts=facts, on_opened=_remember, on_alike=asking.ask_alike
    )


def _linked() -> tuple[str, float] | None:
    try:
        return st.query_params["v"], max(float(st.query_params.get("t", 0)), 0.0)
    except (KeyError, ValueError):
        return None


def _problem(client: Client, video_id: str) -> str | None:
    try:
        client.check_stream(video_id)
    except Refused as error:
        return states.file_problem(error)
    return None


def _remember(moment: Body | None) -> None:
    """The address names what is open, so that it can be copied."""
    for name in ("v", "t"):
        st.query_params.pop(name, None)
        if moment:
            st.query_params[name] = str(moment[name])


def _limit(query: asking.Query, narrowing: asking.Narrowing) -> int:
    """How many moments are wanted: more than a page only for as long as the question stays the same."""
    question = hash(json.dumps(narrowing.body(query, 0), sort_keys=True))
    if st.session_state.get("question") != question:
        st.session_state["question"], st.session_state["limit"] = question, _PAGE
    limit: int = st.session_state["limit"]
    return limit


def _show_more() -> None:
    st.session_state["limit"] = min(st.session_state["limit"] + _PAGE, _MOST)


@st.cache_data(max_entries=64, ttl=60, show_spinner=False)
def _searched(_client: Client, body: str, generation: str) -> Body:  # noqa: ARG001  part of the cache's key
    return _client.search(json.loads(body))


@st.cache_data(max_entries=4, ttl=600, show_spinner=False)
def _videos(_client: Client, generation: str, files: int) -> list[Body]:  # noqa: ARG001  part of the cache's key
    return _client.all_videos()


@st.cache_data(max_entries=4, show_spinner=False, ttl=3600)
def _examples(_client: Client, generation: str) -> list[Example]:  # noqa: ARG001  part of the cache's key
    return examples(_client)
