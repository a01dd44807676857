"""A query for one concept: its thumbs become examples of it."""

import re
from functools import partial

import streamlit as st

from ui.client import Body, Client, Refused
from ui.parts import leading
from ui.parts.acting import act, refusal
from ui.parts.wording import counted, markdown

_ALONE = re.compile(r'\s*concept:(?:"([^"\\]+)"|([^\s()"^]+))\s*')
_KEPT = ("video_id", "start_s", "end_s")


def versions(client: Client, query: object) -> str:
    """Which concepts there are in which version, where a query names one: its answer changes with them."""
    if not isinstance(query, str) or "concept:" not in query:
        return ""
    return str([(one["id"], one["version"]) for one in client.concepts()])


def row(client: Client, sentence: str, judgments: list[Body]) -> None:
    """Nothing unless a concept alone is asked for: then what its thumbs would teach it, and the way to its examples."""
    found = _ALONE.fullmatch(sentence)
    if not found:
        return
    try:
        concept = client.concept(found[1] or found[2])
    except Refused:
        return  # the search says why, and what is called nearly so
    new = _new(concept, judgments)
    with st.container(horizontal=True, vertical_alignment="center", key="concept_row"):
        if new:
            says = markdown(f"Add {counted(len(new), 'thumb')} to {concept['name']}")
            st.button(says, icon=":material/label:", on_click=partial(_teach, client, concept["name"], new))
        leading.link("concepts", markdown(f"Examples of {concept['name']}"), concept=concept["name"])
    refusal()


def _new(concept: Body, judgments: list[Body]) -> list[Body]:
    """Thumbs as examples, but for those that it has."""
    given = [{**{name: one[name] for name in _KEPT}, "fits": one["relevant"]} for one in judgments]
    known = [{name: one[name] for name in (*_KEPT, "fits")} for one in concept["examples"]]
    return [one for one in given if one not in known]


def _teach(client: Client, name: str, examples: list[Body]) -> None:
    act(client.teach, name, examples)
