"""Moments as cards, one of which plays in place."""

from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

import streamlit as st

from ui.client import Body
from ui.examples import Example
from ui.wording import clock, counted, span

_ASSETS = Path(__file__).parent / "assets"
_grid = st.components.v2.component(
    "moments",
    html='<div class="moments"></div>',
    css=(_ASSETS / "moments.css").read_text("utf-8"),
    js=(_ASSETS / "moments.js").read_text("utf-8"),
)

Card = dict[str, Any]
Chosen = Callable[[Any], None]


def card(moment: Body, browser_url: str) -> Card:
    """What the grid shows of a found moment."""
    path = PurePath(moment["video"])
    confidence, copies = moment["confidence"], moment["copies"]
    return {
        "id": _name_of(moment["video_id"], moment["best_s"]),
        "v": moment["video_id"],
        "t": round(moment["best_s"], 2),
        "start": moment["start_s"],
        "end": moment["end_s"],
        "name": path.name,
        "folder": path.parent.name + (f", and {counted(copies, 'copy', 'copies')}" if copies else ""),
        "path": moment["video"],
        "at": clock(moment["best_s"]),
        "alt": f"{path.name} at {clock(moment['best_s'])}",
        "span": f"{span(moment['start_s'], moment['end_s'])}, best at {clock(moment['best_s'])}",
        "score": f"{confidence} · {moment['score']:.2f}" if confidence else f"{moment['score']:.2f}",
        "why": "Confidence and score" if confidence else "Score",
        "thumbnail": browser_url + moment["thumbnail_url"],
        "stream": browser_url + moment["stream_url"],
    }


def linked(video: Body, time_s: float, browser_url: str) -> Card:
    """A moment that a link names and that is not among those found: a player without a card."""
    moment = {
        "video": video["path"] or "a file that is gone",
        "score": 0.0,
        "confidence": None,
        "copies": 0,
        "best_s": time_s,
    }
    around = next((clip for clip in video["clips"] if clip["start_s"] <= time_s < clip["end_s"]), None)
    stretch = around or {"start_s": time_s, "end_s": min(time_s + 1, video["duration_s"])}
    urls = {"stream_url": video["stream_url"], "thumbnail_url": video["thumbnail_url"]}
    shown = card({**moment, **stretch, **urls, "video_id": video["video_id"]}, browser_url)
    return {**shown, "span": f"from {clock(time_s)}", "pinned": True}


def example_card(example: Example, browser_url: str) -> Card:
    """A card that asks its sentence."""
    return {
        "id": example.sentence,
        "sentence": example.sentence,
        "thumbnail": browser_url + example.thumbnail_url,
        "alt": "",
    }


def facts(video: Body, time_s: float, problem: str | None, curve: list[Body], browser_url: str) -> Body:
    """What the player says of its file."""
    shape = f"{video['width']} × {video['height']}, {video['codec']}, {clock(video['duration_s'])} long"
    return {
        "id": _name_of(video["video_id"], time_s),
        "facts": "\n".join([*video["paths"], shape]),
        "codec": video["codec"],
        "problem": problem,
        "copy": {
            "url": browser_url + video["proxy_url"],
            "part_s": video["proxy_part_s"],
            "duration_s": video["duration_s"],
            "has_audio": video["has_audio"],
        },
        "curve": [[point["t"] / video["duration_s"], point["relevance"]] for point in curve],
    }


def near(cards: list[Card], video_id: str, time_s: float) -> Card | None:
    """The card of that very moment."""
    return next((one for one in cards if one["v"] == video_id and abs(one["t"] - time_s) < 0.05), None)


def show(
    cards: list[Card],
    *,
    key: str,
    label: str,
    opened: Card | None = None,
    facts: Body | None = None,
    verdicts: dict[str, bool] | None = None,
    **chosen: Chosen,
) -> None:
    """Draw the grid; `chosen` says who is to know of a click: `on_opened`, `on_alike`, `on_judged`, `on_example`.

    `verdicts` are thumbs by card; None where there is no sentence to judge by.
    """

    def telling(name: str) -> Callable[[], None]:
        return lambda: chosen[name](st.session_state[key].get(name.removeprefix("on_")))

    telling_all: dict[str, Any] = {f"{name}_change": telling(name) for name in chosen}
    data = {
        "moments": cards,
        "label": label,
        "opened": opened and opened["id"],
        "facts": facts,
        "verdicts": verdicts,
    }
    _grid(key=key, data=data, **telling_all)


def _name_of(video_id: str, time_s: float) -> str:
    return f"{video_id}@{time_s:.2f}"
