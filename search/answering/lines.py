"""What a search found, as lines for people."""

from typing import Any


def moment_lines(body: dict[str, Any]) -> list[str]:
    """A line for each moment of an answer in its stable form, best first."""
    return [_moment_line(moment) for moment in body["moments"]] or ["nothing found"]


def judgment_lines(body: dict[str, Any]) -> list[str]:
    """A line for each thumb that is kept, the newest first."""
    return [_judgment_line(one) for one in body["judgments"]] or ["no thumbs"]


def _judgment_line(one: dict[str, Any]) -> str:
    span = f"{clock(one['start_s'])}–{clock(one['end_s'])}"
    return f"{one['id']:>4}  {'up  ' if one['relevant'] else 'down'}  {span}  {one['video_id']}  {one['query']}"


def _moment_line(moment: dict[str, Any]) -> str:
    sure = f", {moment['confidence']} confidence" if moment["confidence"] else ""
    span = f"{clock(moment['start_s'])}–{clock(moment['end_s'])}"
    return f"{moment['score']:.3f}  {span}  {moment['video']}  (best at {clock(moment['best_s'])}{sure})"


def clock(seconds: float) -> str:
    """1:02:03.4, or 2:03.4."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"
