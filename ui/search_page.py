"""The page that searches."""

import json
from dataclasses import replace
from functools import partial
from html import escape

import streamlit as st

from ui import address, asking, moments, narrowing, states, thumbs
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
    asking.hints()
    if asked.query is None:
        _welcome(client, browser_url, status)
        return
    if asked.reads:
        asking.chip(asked)
    videos = _videos(client, status["generation"], status["files"])
    try:
        judgments = client.judgments(asked.query) if isinstance(asked.query, str) else []
        narrowed = narrowing.row(videos, judged=bool(judgments))
        _answer(client, browser_url, status, asked.query, narrowed, judgments)
    except Refused as error:
        states.refused(error, asked.query if isinstance(asked.query, str) else "")


def _answer(
    client: Client,
    browser_url: str,
    status: Body,
    query: asking.Query,
    narrowed: narrowing.Narrowing,
    judgments: list[Body],
) -> None:
    limit = _limit(query, narrowed)
    answer = _asked(client, status["generation"], query, narrowed, judgments, limit)
    cards = [moments.card(moment, browser_url) for moment in answer["moments"]]
    # Said above the grid and drawn after it, so that it never stands over the cards of the last question.
    said = st.container()
    typed = query if isinstance(query, str) else None
    _grid(client, browser_url, cards, label="Moments found", typed=typed, judgments=judgments)
    with said:
        if cards:
            found = f"{counted(len(cards), 'moment')}, found in {answer['took_ms']:.0f} ms"
            st.html(f'<p class="quiet small" role="status">{found}</p>')
            states.remarks(answer)
        else:
            states.nothing_found(narrowed.leaves_out, narrowing.clear)
    if len(cards) == limit < _MOST:
        st.button("Show more", on_click=_show_more)


def _asked(
    client: Client,
    generation: str,
    query: asking.Query,
    narrowed: narrowing.Narrowing,
    judgments: list[Body],
    limit: int,
) -> Body:
    """The answer; thumbs count where the service can let them."""
    thumbs_given = str(judgments) if narrowed.refine else ""

    def searched(how: narrowing.Narrowing) -> Body:
        body = json.dumps(how.body(query, limit), sort_keys=True)
        return _searched(client, body, generation, thumbs_given)

    try:
        return searched(narrowed)
    except Refused as error:
        if not narrowed.refine or error.kind != "query":
            raise
        answer = searched(replace(narrowed, refine=False))
        return {**answer, "notes": [*answer["notes"], f"not refined: {error.detail}"]}


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


def _grid(
    client: Client,
    browser_url: str,
    cards: list[moments.Card],
    *,
    label: str,
    typed: str | None = None,
    judgments: list[Body] | None = None,
) -> None:
    """The cards, and the player of the moment that the address names."""
    opened, facts = None, None
    linked = address.opened(st.query_params)
    if linked is None and "v" in st.query_params:
        states.unknown_link()
    if linked:
        video_id, time_s = linked
        video = _video(client, video_id)
        if video is not None:
            sentence = st.session_state.get("q") or ""
            curve = client.curve(video_id, sentence) if sentence.strip() else []
            facts = moments.facts(video, time_s, _problem(client, video_id), curve, browser_url)
            opened = moments.near(cards, video_id, time_s)
            if opened is None:
                opened = moments.linked(video, time_s, browser_url)
                cards = [opened, *cards]
    moments.show(
        cards,
        key="moments",
        label=label,
        opened=opened,
        facts=facts,
        verdicts=None if typed is None else thumbs.verdicts(cards, judgments or []),
        on_opened=_remember,
        on_alike=asking.ask_alike,
        on_judged=partial(thumbs.judge, client, typed or "", judgments or []),
    )


def _video(client: Client, video_id: str) -> Body | None:
    """None where the page has said why there is none to show."""
    try:
        return client.video(video_id)
    except Refused as error:
        if error.status == 404:
            states.unknown_link()
        else:
            states.refused(error)
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


def _limit(query: asking.Query, narrowed: narrowing.Narrowing) -> int:
    """How many moments are wanted: more than a page only for as long as the question stays the same."""
    question = hash(json.dumps(narrowed.body(query, 0), sort_keys=True))
    if st.session_state.get("question") != question:
        st.session_state["question"], st.session_state["limit"] = question, _PAGE
    limit: int = st.session_state["limit"]
    return limit


def _show_more() -> None:
    st.session_state["limit"] = min(st.session_state["limit"] + _PAGE, _MOST)


@st.cache_data(max_entries=64, ttl=60, show_spinner=False)
def _searched(_client: Client, body: str, generation: str, thumbs_given: str) -> Body:  # noqa: ARG001  the cache's key
    return _client.search(json.loads(body))


@st.cache_data(max_entries=4, ttl=600, show_spinner=False)
def _videos(_client: Client, generation: str, files: int) -> list[Body]:  # noqa: ARG001  part of the cache's key
    return _client.all_videos()


@st.cache_data(max_entries=4, show_spinner=False, ttl=3600)
def _examples(_client: Client, generation: str) -> list[Example]:  # noqa: ARG001  part of the cache's key
    return examples(_client)
