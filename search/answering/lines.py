"""What a search found, as lines for people."""

from typing import Any

from data.wording import counted


def moment_lines(body: dict[str, Any]) -> list[str]:
    """A line for each moment of an answer in its stable form, best first, and below it what is said or shown there."""
    lines = [line for moment in body["moments"] for line in (_moment_line(moment), *_told_lines(moment))]
    return lines or ["nothing found"]


def judgment_lines(body: dict[str, Any]) -> list[str]:
    """A line for each thumb that is kept, the newest first."""
    return [_judgment_line(one) for one in body["judgments"]] or ["no thumbs"]


def listed_concept_lines(body: dict[str, Any]) -> list[str]:
    """A line for each concept."""
    return [f"{one['fits']:>4} fit, {one['does_not_fit']:>4} not  {one['name']}" for one in body["concepts"]] or [
        "no concepts"
    ]


def concept_lines(body: dict[str, Any]) -> list[str]:
    """Its name, and a line for each example."""
    head = f"{body['name']}  (version {body['version']}, {counted(len(body['examples']), 'example')})"
    return [head, *(_example_line(one) for one in body["examples"])]


def _example_line(one: dict[str, Any]) -> str:
    video = one["video"] or f"gone: {one['last_path'] or one['video_id']}"
    span = f"{clock(one['start_s'])}–{clock(one['end_s'])}"
    return f"  {one['id']}  {'fits' if one['fits'] else 'not '}  {span}  {video}"


def _judgment_line(one: dict[str, Any]) -> str:
    span = f"{clock(one['start_s'])}–{clock(one['end_s'])}"
    return f"{one['id']:>4}  {'up  ' if one['relevant'] else 'down'}  {span}  {one['video_id']}  {one['query']}"


def _told_lines(moment: dict[str, Any]) -> list[str]:
    told = [why for why in moment["why"] if why["text"]]
    return [f"       {why['by']} at {clock(why['start_s'])}: {_marked(why['text'], why['marks'])}" for why in told]


def _marked(text: str, marks: list[tuple[int, int]]) -> str:
    """With what was asked for in brackets: a file or a pipe shows no colours."""
    for start, end in reversed(marks):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


def _moment_line(moment: dict[str, Any]) -> str:
    sure = f", {moment['confidence']} confidence" if moment["confidence"] else ""
    span = f"{clock(moment['start_s'])}–{clock(moment['end_s'])}"
    return f"{moment['score']:.3f}  {span}  {moment['video']}  (best at {clock(moment['best_s'])}{sure})"


def clock(seconds: float) -> str:
    """1:02:03.4, or 2:03.4."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"
