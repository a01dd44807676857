"""Thumbs up and down: which cards have one, and what a click does."""

import streamlit as st

from ui.client import Body, Client, Refused, Unreachable
from ui.parts.wording import markdown
from ui.playing.moments import Card

_SAME = 0.5


def verdicts(cards: list[Card], judgments: list[Body]) -> dict[str, bool]:
    """Thumbs by card."""
    found = {card["id"]: _on(card, judgments) for card in cards}
    return {name: judgment["relevant"] for name, judgment in found.items() if judgment}


def judge(client: Client, sentence: str, judgments: list[Body], moment: Body) -> None:
    """Keep, turn or take back the thumb of a moment; the page shows what the service kept."""
    given = _on(moment, judgments)
    try:
        _tell(client, sentence, moment, given)
    except Refused as error:
        st.toast(f"The thumb stays as it was: {markdown(error.detail)}")
    except Unreachable:
        pass  # the page says so when it is drawn, at once


def _tell(client: Client, sentence: str, moment: Body, given: Body | None) -> None:
    if moment["relevant"] is None:
        if given:
            client.unjudge(given["id"])
        return
    place = given or {"video_id": moment["v"], "start_s": moment["start"], "end_s": moment["end"]}
    stretch = {name: place[name] for name in ("video_id", "start_s", "end_s")}
    client.judge({"query": sentence, "relevant": moment["relevant"], **stretch})


def _on(moment: Body, judgments: list[Body]) -> Body | None:
    """The newest judgment of about the same stretch: its bounds move a little when the query is refined."""
    of_video = (one for one in judgments if one["video_id"] == moment["v"])
    return next((one for one in of_video if _overlap(one, moment) >= _SAME), None)


def _overlap(judgment: Body, moment: Body) -> float:
    """Intersection over union, in time."""
    both = min(judgment["end_s"], moment["end"]) - max(judgment["start_s"], moment["start"])
    either = max(judgment["end_s"], moment["end"]) - min(judgment["start_s"], moment["start"])
    return both / either if either else 0.0
