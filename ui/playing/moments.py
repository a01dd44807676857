"""Moments as cards under headings, one of which plays: what the element `moments` is given."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from ui.client import Body
from ui.parts.elements import element, telling
from ui.parts.wording import clock, counted, size, span

Card = dict[str, Any]
Chosen = Callable[[Any], None]

_draw = element("moments")
# So much is seen of a moment before its best second, and at least so much before it ends.
_LEAD_S, _LAST_S = 1.0, 3.0
_MOST_TOLD = 3
_BY = {"said": "Said", "shown": "Shown", "tagged": "Tagged"}
_SAYS = {"high": "High confidence", "medium": "Medium confidence", "low": "Low confidence"}


@dataclass(frozen=True, slots=True)
class Section:
    """Cards under a heading; `rail` is where a list of months beside the page leads, `folded` waits for a click."""

    key: str
    cards: list[Card]
    title: str = ""
    rail: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """All that is shown. `opened` plays: it is one of the cards, or `pinned`, of which there is none.

    `question` tells one answer from another, and `step` one opening or closing from the next: what is the same as
    before would not be told to a browser, which may have gone on meanwhile. `verdicts` are thumbs by card, None where
    there is nothing to judge by.
    """

    label: str
    sections: list[Section]
    question: str = ""
    step: int = 0
    opened: str | None = None
    pinned: Card | None = None
    facts: Body | None = None
    verdicts: dict[str, bool] | None = None
    selected: list[Body] = field(default_factory=list)
    typed: str | None = None
    more: bool = False
    dense: bool = False
    staged: bool = False
    ordered: bool = False
    home: bool = False


def show(grid: Grid, *, key: str, **chosen: Chosen) -> None:
    """Draw it; `chosen` says who is to know of a click, by its name: `opened`, `alike`, `selected` and so on."""
    telling_all: dict[str, Any] = {f"on_{name}_change": telling(key, name, do) for name, do in chosen.items()}
    _draw(key=key, data=asdict(grid), **telling_all)


def card(moment: Body, browser_url: str) -> Card:
    """What the grid shows of a found moment."""
    path = PurePath(moment["video"])
    copies = moment["copies"]
    best_s, start_s, end_s = moment["best_s"], moment["start_s"], moment["end_s"]
    return {
        "id": name_of(moment["video_id"], best_s),
        "v": moment["video_id"],
        "t": round(best_s, 2),
        "start": start_s,
        "end": end_s,
        "from": round(max(start_s, min(best_s - _LEAD_S, end_s - _LAST_S), 0.0), 2),
        "duration": moment["duration_s"],
        "name": path.name,
        "folder": path.parent.name + (f", and {counted(copies, 'copy', 'copies')}" if copies else ""),
        "path": moment["video"],
        "at": clock(best_s),
        "alt": f"{path.name} at {clock(best_s)}",
        "span": f"{span(start_s, end_s)}, best at {clock(best_s)}",
        "stretch": span(start_s, end_s),
        "meter": _meter(moment),
        "told": [_told(reason) for reason in moment["why"] if reason["text"]][:_MOST_TOLD],
        "tall": (moment["width"] or 0) < (moment["height"] or 0),
        **{name: _reached(moment[f"{name}_url"], browser_url) for name in ("thumbnail", "strip", "stream")},
    }


def kept(moment: Body, browser_url: str) -> Card:
    """A moment that somebody kept. Of a video that is gone there is neither picture nor film."""
    gone = {"missing": "Its video is gone"} if moment["video"] is None else {}
    path = moment["video"] or moment["last_path"] or "A video that is gone"
    best_s = moment["start_s"] if moment.get("best_s") is None else moment["best_s"]
    facts: Body = {"copies": 0, "why": [], "confidence": None, "score": None, **moment}
    return {**card({**facts, "video": path, "best_s": best_s}, browser_url), **gone}


def linked(video: Body, time_s: float, browser_url: str) -> Card:
    """A moment that a link names and that is not among those found: a player without a card."""
    around = next((clip for clip in video["clips"] if clip["start_s"] <= time_s < clip["end_s"]), None)
    stretch = around or {"start_s": time_s, "end_s": min(time_s + 1, video["duration_s"])}
    shown = card(of_video(video, start_s=stretch["start_s"], end_s=stretch["end_s"], best_s=time_s), browser_url)
    # Whoever was sent a link is to see that very second.
    return {**shown, "span": f"From {clock(time_s)}", "from": time_s}


def of_video(video: Body, *, start_s: float, end_s: float, best_s: float) -> Body:
    """A stretch of a video as a moment that nothing was asked for."""
    kept = ("video_id", "duration_s", "width", "height", "stream_url", "strip_url")
    facts = {name: video[name] for name in kept}
    times = {"start_s": start_s, "end_s": end_s, "best_s": best_s}
    asked: Body = {
        "video": video["path"] or "A file that is gone",
        "score": None,
        "confidence": None,
        "copies": 0,
        "why": [],
    }
    return {**facts, **times, **asked, "thumbnail_url": _at(video["thumbnail_url"], best_s)}


def facts(video: Body, time_s: float, problem: str | None, curve: list[Body], browser_url: str) -> Body:
    """What the player says of its file."""
    shape = f"{video['width']} × {video['height']}, {video['codec']}, {clock(video['duration_s'])} long"
    taken = [f"Taken {video['taken_at'][:10]}"] if video["taken_at"] else []
    weighs = [size(video["size_bytes"])] if video.get("size_bytes") else []
    return {
        "id": name_of(video["video_id"], time_s),
        "facts": "\n".join([*video["paths"], ", ".join([shape, *weighs]), *taken]),
        "codec": video["codec"],
        "problem": problem,
        "copy": {
            "url": browser_url + video["proxy_url"],
            "part_s": video["proxy_part_s"],
            "duration_s": video["duration_s"],
            "has_audio": video["has_audio"],
        },
        **{name: browser_url + video[f"{name}_url"] for name in ("lines", "transcript")},
        "curve": [[point["t"], point["cosine"]] for point in curve],
        "shots": [[shot["start_s"], shot["end_s"]] for shot in video["shots"]],
        "actions": [[tag["action"], tag["start_s"]] for tag in video["actions"]],
    }


def near(cards: list[Card], video_id: str, time_s: float) -> Card | None:
    """The card of that very moment."""
    return next((one for one in cards if one.get("v") == video_id and abs(one["t"] - time_s) < 0.05), None)


def name_of(video_id: str, time_s: float) -> str:
    """How a moment is told from others."""
    return f"{video_id}@{time_s:.2f}"


def _reached(url: str | None, browser_url: str) -> str | None:
    return url and browser_url + url


def _at(thumbnail_url: str, time_s: float) -> str:
    """The same video's picture at another second; a signature covers them all."""
    parts = urlsplit(thumbnail_url)
    asked = {**dict(parse_qsl(parts.query)), "t": f"{time_s:.3f}"}
    return parts._replace(query=urlencode(asked)).geturl()


def _told(reason: Body) -> Body:
    """A line by which it was found."""
    stretch = {"start": reason["start_s"], "end": reason["end_s"]}
    return {"says": _BY[reason["by"]], "text": reason["text"], "marks": reason["marks"], **stretch}


def _meter(moment: Body) -> Body | None:
    if moment["confidence"]:
        return {"level": moment["confidence"], "says": _SAYS[moment["confidence"]]}
    if moment["score"] is None:
        return None
    share = min(max(moment["score"], 0.0), 1.0)
    return {"share": round(share, 3), "says": f"{share:.0%} alike"}
