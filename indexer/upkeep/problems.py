"""What a look at a library finds."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from data.wording import counted, sized

Kind = Literal[
    "catalogue", "row", "leftover", "stray", "shard", "unsent", "unreadable", "generation", "towers", "file", "vector"
]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be."""

    kind: Kind
    path: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and what is wrong with it.

    `unplaced` videos came back from their vectors, and no folder that was indexed since holds them.
    """

    videos: int
    clips: int
    problems: list[Problem]
    unplaced: int = 0
    set_aside_bytes: int = 0

    def as_json(self) -> dict[str, Any]:
        """The stable form."""
        found = [asdict(problem) for problem in self.problems]
        return {
            "ok": not found,
            "videos": self.videos,
            "clips": self.clips,
            "unplaced": self.unplaced,
            "set_aside_bytes": self.set_aside_bytes,
            "problems": found,
        }


def problem_lines(body: dict[str, Any]) -> list[str]:
    """What was found, for people, from its stable form."""
    told = [f"{each['kind']}: {each['path']}: {each['detail']}" for each in body["problems"]]
    lines = [*told, f"{body['videos']} videos, {body['clips']} clips, {len(told)} problems"]
    if body["unplaced"]:
        lines.append(
            f"{counted(body['unplaced'], 'video')} came back from their vectors and lie in no folder indexed since"
        )
    if body["set_aside_bytes"]:
        lines.append(f"{sized(body['set_aside_bytes'])} set aside: delete what you don't need of it")
    return lines
