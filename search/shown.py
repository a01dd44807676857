"""What a search found, as lines for people."""

from typing import Any


def moment_lines(body: dict[str, Any]) -> list[str]:
    """A line for each moment of an answer in its stable form, best first."""
    return [_moment_line(moment) for moment in body["moments"]] or ["nothing found"]


def _moment_line(moment: dict[str, Any]) -> str:
    sure = f", {moment['confidence']} confidence" if moment["confidence"] else ""
    span = f"{_clock(moment['start_s'])}–{_clock(moment['end_s'])}"
    return f"{moment['score']:.3f}  {span}  {moment['video']}  (best at {_clock(moment['best_s'])}{sure})"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"
