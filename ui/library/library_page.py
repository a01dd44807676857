"""The page that shows what the library holds, where it comes from, and what it could not take in."""

from collections import Counter
from html import escape

import streamlit as st

from ui.client import Body, Client, Refused, Unreachable
from ui.library import empty, files, folders, runs
from ui.parts import states
from ui.parts.acting import sentence
from ui.parts.wording import counted, length, size

_DISK = {
    "videos": "Videos, where they lie",
    "vectors": "Vectors",
    "index": "Search index",
    "pictures": "Pictures (kept to be fast)",
    "copies": "Copies for browsers (kept to be fast)",
    "model": "The model’s own copy",
    "catalogue": "Catalogue",
    "set_aside": "Set aside as damaged",
}

_KINDS = {"speech": "of speech", "subtitles": "of subtitles", "screen": "on the screen"}


def show(client: Client, browser_url: str) -> None:
    """The library in numbers, its folders, then its videos or the files in another state."""
    try:
        status = client.status()
        if status["generation"] is None and not status["files"]:
            empty.show(client, status)
            return
        _figures(status)
        if status["generation"] is not None:
            _said(client.words())
        runs.follow(client, status["generation"], manage=True)
        folders.show(client, is_running=runs.is_going(client.run()))
        st.html('<h3 class="part">Files</h3>')
        files.show(client, browser_url, status)
        _more(client, status)
    except Unreachable:
        states.no_service(client)
    except Refused as error:
        states.refused(error)


def _figures(status: Body) -> None:
    figures = {
        "Videos": f"{status['videos']:,}",
        "Length": length(status["hours"]),
        "Clips": f"{status['clips']:,}",
        "Model": status["model"] or "none yet",
        "On disk": size(status["bytes"]),
    }
    rows = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in figures.items())
    duplicates = f", {counted(status['duplicates'], 'duplicate')}" if status["duplicates"] else ""
    st.html(
        f'<h2 class="lead">Library</h2><p class="quiet">{escape(status["library"])}{duplicates}</p>'
        f'<dl class="figures">{rows}</dl>'
    )


def _said(counts: list[Body]) -> None:
    """How much is said and shown, where anything is."""
    lines = Counter[str]()
    for each in counts:
        lines[each["kind"]] += each["lines"]
    if lines:
        told = ", ".join(f"{counted(count, 'line')} {_KINDS[kind]}" for kind, count in lines.most_common())
        st.html(f'<p class="quiet">What is said and shown can be searched, too: {told}.</p>')


def _more(client: Client, status: Body) -> None:
    """What few want to know: where the bytes are, and which models there are."""
    # Asked for only where somebody looks.
    with st.expander("Disk use", key="disk_use", on_change="rerun") as disk:
        if disk.open:
            _disk(client)
    with st.expander("Model", key="models", on_change="rerun") as model:
        if model.open:
            _models(client, status)


def _disk(client: Client) -> None:
    rows = [(_DISK[name], size(count)) for name, count in client.disk().items() if count]
    st.html(_table(rows) + '<p class="quiet small">The videos stay where they are. All else is in the library.</p>')


def _models(client: Client, status: Body) -> None:
    listed = client.models()
    mine = next((each for each in listed if each["name"] == status["model"]), None)
    generation = (status["generation"] or "").lstrip("0") or "none"
    said = f" ({escape(mine['licence'])})" if mine else ""
    st.html(
        f'<p class="small">This library is searched with {escape(status["model"] or "no model yet")}{said}, '
        f"generation {generation}. Larger models find more, and need more time, memory and usually a GPU. "
        "<code>sceneseek index --model NAME</code> indexes everything anew with another, "
        "and the present one is searched until that is done.</p>"
    )
    others = [each for each in listed if each is not mine]
    st.html(f'<ul class="files models">{"".join(map(_model, others))}</ul>')


def _model(model: Body) -> str:
    weight = f", {size(model['bytes'])}" if model["bytes"] else ""
    here = "is here" if model["available"] else "is not here"
    does = "" if model["frames"] else "Hears speech. "
    licence, how = escape(f"{does}{sentence(model['licence'])}"), escape(model["how_to_get"])
    return (
        f'<li><div class="row"><div><div class="what">{escape(model["name"])}</div>'
        f'<div class="where">{licence}</div><p class="why">{how}</p></div>'
        f'<div class="how"><span>{here}{weight}</span></div></div></li>'
    )


def _table(rows: list[tuple[str, str]]) -> str:
    return f'<dl class="table">{"".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)}</dl>'
