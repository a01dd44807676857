"""The page that searches."""

import hashlib
import json
from dataclasses import replace
from functools import partial
from html import escape

import streamlit as st

from ui.client import Body, Client, Refused, Unreachable, whose
from ui.keeping import tray
from ui.library import empty, runs
from ui.parts import address, states
from ui.parts.wording import counted, length
from ui.playing import moments, player
from ui.playing.moments import Grid, Section
from ui.searching import asking, examples, narrowing, results, teaching, thumbs
from ui.searching.examples import Example
from ui.searching.narrowing import Narrowing
from ui.searching.results import Results

_PAGE, _DENSE_PAGE = 24, 96
_MOST = 500
_REMEMBERED = 50


def show(client: Client, browser_url: str) -> None:
    """Ask the service how it is, then draw what can be drawn."""
    address.follow({**asking.FIELDS, **narrowing.FIELDS})
    try:
        status = client.status()
        if status["generation"] is None:
            empty.show(client, status)
            return
        runs.follow(client, status["generation"])
        _search(client, browser_url, status)
    except Unreachable:
        states.no_service(client)
    except Refused as error:
        states.refused(error)


def _search(client: Client, browser_url: str, status: Body) -> None:
    asked = asking.box()
    asking.hints()
    if asking.is_lost():
        states.lost_example()
    if asked.query is None:
        _welcome(client, browser_url, status)
    else:
        if asked.reads:
            asking.chip(asked)
        _narrowed(client, browser_url, status, asked)
    tray.show(client, browser_url)


def _narrowed(client: Client, browser_url: str, status: Body, asked: asking.Asked) -> None:
    try:
        judgments = client.judgments(asked.sentence) if asked.sentence else []
        narrowed = narrowing.row(client, status["generation"], judged=bool(judgments))
        if asked.sentence:
            teaching.row(client, asked.sentence, judgments)
        _answer(client, browser_url, status["generation"], asked, narrowed, judgments)
    except Refused as error:
        states.refused(error, asked.sentence or "")


def _answer(
    client: Client,
    browser_url: str,
    generation: str,
    asked: asking.Asked,
    narrowed: Narrowing,
    judgments: list[Body],
) -> None:
    query = asked.query
    assert query is not None
    question = _named(narrowed.body(query, 0), narrowed.is_dense)
    page = _DENSE_PAGE if narrowed.is_dense else _PAGE
    limit = _limits().get(question, page)
    body, found = _found(client, browser_url, generation, query, narrowed, judgments, limit)
    # Said above the grid and drawn after it, so that it never stands over the cards of the last question.
    said = st.container()
    shown = Grid(
        "Moments found",
        found.sections,
        question=question,
        verdicts=None if asked.sentence is None else thumbs.verdicts(found.cards, judgments),
        typed=asked.typed,
        more=bool(body["next_cursor"]) and limit < _MOST,
        dense=narrowed.is_dense,
    )
    judge = partial(thumbs.judge, client, asked.sentence or "", judgments)
    _grid(client, browser_url, shown, more=partial(_more, question, page), judged=judge)
    with said:
        if found.cards:
            states.found(found.says, body["took_ms"], nothing_clear=found.nothing_clear)
        else:
            states.nothing_found(narrowed.leaves_out, narrowing.clear, in_time=narrowed.sort == "time")
        states.notes(body["notes"])


def _found(
    client: Client,
    browser_url: str,
    generation: str,
    query: asking.Query,
    narrowed: Narrowing,
    judgments: list[Body],
    limit: int,
) -> tuple[Body, Results]:
    in_time = narrowed.sort == "time"
    if in_time and isinstance(query, str):
        narrowed = narrowed.only_clear()
    answer = _asked(client, generation, query, narrowed, judgments, _MOST if in_time else limit)
    arranged = results.by_time if in_time else results.ranked
    more = bool(answer["next_cursor"])
    return answer, arranged(answer["moments"], more=more, one_of_each=narrowed.one_of_each, browser_url=browser_url)


def _asked(
    client: Client, generation: str, query: asking.Query, narrowed: Narrowing, judgments: list[Body], limit: int
) -> Body:
    """The answer; thumbs count where the service can let them."""
    thumbs_given = (str(judgments) if narrowed.refine else "") + teaching.versions(client, query)

    def searched(how: Narrowing) -> Body:
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
    if st.session_state["v"]:
        _grid(client, browser_url, Grid("The moment of this link", []))
        return
    extent = f"{counted(status['videos'], 'video')}, {length(status['hours'])}"
    st.html(
        '<h2 class="lead">Find a moment by describing it</h2>'
        f'<p class="quiet">{extent} indexed in {escape(status["library"])}. For example:</p>'
    )
    with st.spinner("Trying some sentences on your library"):
        found = _promising(client, status["generation"])
    cards = [examples.card(one, browser_url) for one in found]
    moments.show(Grid("Examples", [Section("examples", cards)], home=True), key="examples", example=asking.ask)


def _grid(client: Client, browser_url: str, grid: Grid, **chosen: moments.Chosen) -> None:
    """The cards, and the player of the moment that the address names."""
    opened = player.opened(client, browser_url, grid.sections, st.session_state["q"])
    moments.show(
        replace(grid, **opened, selected=tray.selected()),
        key="moments",
        opened=player.remember,
        alike=asking.ask_alike,
        selected=tray.take,
        **chosen,
    )


def _named(body: Body, is_dense: bool) -> str:
    """How a question is told from others, in short: it may hold a whole video, and is remembered here and there."""
    asked = json.dumps([body, is_dense], sort_keys=True)
    return hashlib.blake2b(asked.encode(), digest_size=12).hexdigest()


def _limits() -> dict[str, int]:
    """How many moments were asked for, by question: whoever comes back finds as many."""
    limits: dict[str, int] = st.session_state.setdefault("limits", {})
    return limits


def _more(question: str, page: int, shown: int) -> None:
    limits = _limits()
    limits.pop(question, None)
    limits[question] = min(shown + page, _MOST)
    if len(limits) > _REMEMBERED:
        del limits[next(iter(limits))]


@st.cache_data(max_entries=64, ttl=60, show_spinner=False, hash_funcs={Client: whose})
def _searched(client: Client, body: str, generation: str, thumbs_given: str) -> Body:  # noqa: ARG001  the cache's key
    return client.search(json.loads(body))


@st.cache_data(max_entries=4, show_spinner=False, ttl=3600, hash_funcs={Client: whose})
def _promising(client: Client, generation: str) -> list[Example]:  # noqa: ARG001  part of the cache's key
    return examples.found(client)
