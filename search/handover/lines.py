"""Collections and what was handed over, as lines for people."""

from typing import Any

from data.wording import counted, sized
from search.answering.lines import clock


def written_lines(body: dict[str, Any]) -> list[str]:
    """What was written, and what one should know of it."""
    what = f"{body['file']}: {counted(body['moments'], 'moment')}, {sized(body['bytes'])}"
    return [what, *body["remarks"], *(f"left out: {reason}" for reason in body["left_out"])]


def listed_lines(body: dict[str, Any]) -> list[str]:
    """A line for each collection."""
    return [f"{one['id']}  {counted(one['moments'], 'moment'):>12}  {one['name']}" for one in body["collections"]] or [
        "no collections"
    ]


def collection_lines(body: dict[str, Any]) -> list[str]:
    """Its name, its note, and a line for each moment."""
    head = [f"{body['name']}  ({body['id']})", *([body["note"]] if body["note"] else [])]
    return [*head, *(_moment_line(moment) for moment in body["moments"])]


def removed_lines(body: dict[str, Any]) -> list[str]:
    """That it is gone."""
    return [f"removed {body['removed']}"]


def _moment_line(moment: dict[str, Any]) -> str:
    video = moment["video"] or f"gone: {moment['last_path'] or moment['video_id']}"
    said = "  ".join(text for text in (moment["query"], moment["note"]) if text)
    return f"  {clock(moment['start_s'])}–{clock(moment['end_s'])}  {video}  {said}".rstrip()
