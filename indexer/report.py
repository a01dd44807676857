"""What a run did, in the numbers that `sceneseek index --json` prints."""

import os
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from data.paths import joined, shown
from data.stores.catalog import Catalog, views
from data.types import VideoError
from data.wording import counted, spoken

_OUTCOMES = {
    "indexed": "indexed",
    "unchanged": "unchanged",
    "partial": "partly read",
    "failed": "failed",
    "skipped": "skipped",
    "duplicates": "duplicates",
    "gone": "gone",
}
_ENDINGS_TOLD = 5


@dataclass(slots=True)
class WordsReport:
    """What one modality of words added: videos that hold any, their lines, and videos of which it made nothing."""

    videos: int = 0
    lines: int = 0
    failed: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The stable form."""
        return {**asdict(self), "seconds": round(self.seconds, 2)}


@dataclass(slots=True)
class Report:
    """Counts of files by outcome; `clips` and `hours` are what was added now.

    `others` counts files that are no videos by their endings (or, where an ending says little, by their first bytes).
    `missing` are known roots with nothing there and folders whose disk is not there, `unreadable` folders that could
    not be looked into, and `absent` the videos that a change of model would drop from the search. `words` tells what
    each modality of words added; `seconds` are those of all.
    """

    files: int = 0
    indexed: int = 0
    unchanged: int = 0
    partial: int = 0
    failed: int = 0
    skipped: int = 0
    duplicates: int = 0
    gone: int = 0
    clips: int = 0
    hours: float = 0.0
    seconds: float = 0.0
    generation: str | None = None
    failures: list[VideoError] = field(default_factory=list)
    others: Counter[bytes] = field(default_factory=Counter)
    missing: list[Path] = field(default_factory=list)
    unreadable: list[Path] = field(default_factory=list)
    absent: list[Path] = field(default_factory=list)
    interrupted: bool = False
    words: dict[str, WordsReport] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The stable form."""
        return {
            "files": self.files,
            "indexed": self.indexed,
            "unchanged": self.unchanged,
            "partial": self.partial,
            "failed": self.failed,
            "skipped": self.skipped,
            "duplicates": self.duplicates,
            "gone": self.gone,
            "clips": self.clips,
            "hours": round(self.hours, 4),
            "seconds": round(self.seconds, 2),
            "generation": self.generation,
            "failures": [
                {"path": shown(error.path), "stage": error.stage, "reason": error.reason} for error in self.failures
            ],
            "words": {name: each.as_json() for name, each in self.words.items()},
            "others": {"files": self.others.total(), "endings": self._commonest_endings()},
        }

    def _commonest_endings(self) -> dict[str, int]:
        """Also in the order of their names where counts are equal: the same folder says the same twice."""
        counts = sorted(self.others.items(), key=lambda entry: (-entry[1], entry[0]))
        return {os.fsdecode(ending): count for ending, count in counts[:_ENDINGS_TOLD]}


def failures_of(catalog: Catalog) -> list[dict[str, str | None]]:
    """Every file that failed when it was last looked at, by path."""
    return [
        {
            "path": os.fsdecode(joined(place.root, place.path)),
            "stage": place.stage,
            "reason": place.reason,
            "seen_at": place.seen_at.isoformat(),
        }
        for place in views.ledger(catalog, state="failed", limit=None, offset=0)[1]
    ]


def forgotten_of(catalog: Catalog) -> list[dict[str, str]]:
    """Every place that stays out until it is named, by path; then those of which a modality makes nothing."""
    places = [
        {"path": os.fsdecode(each.path), "forgotten_at": each.forgotten_at.isoformat()} for each in catalog.forgotten()
    ]
    out = catalog.left_out().items()
    return places + [{"path": os.fsdecode(path), "modality": name} for name, paths in out for path in paths]


def report_lines(body: dict[str, Any]) -> list[str]:
    """What a run did, for people, from its stable form."""
    outcomes = {name: f"{body[name]} {said}" for name, said in _OUTCOMES.items() if body[name]}
    if body["duplicates"]:
        outcomes["duplicates"] = counted(body["duplicates"], "duplicate")
    lines = [f"{counted(body['files'], 'file')}: {', '.join(outcomes.values()) or 'nothing new'}"]
    seconds = body["seconds"] - sum(each["seconds"] for each in body["words"].values())
    pace = f" ({body['hours'] * 3600 / seconds:.0f}× realtime)" if body["hours"] and seconds > 0 else ""
    if body["clips"]:
        video = f"{counted(body['clips'], 'clip')}, {spoken(body['hours'] * 3600)} of video"
        lines.append(f"{video}, added in {seconds:.1f} s{pace}")
    lines += [_words_line(name, each) for name, each in body["words"].items()]
    if others := body["others"]["files"]:
        endings = ", ".join(f"{count} {name or 'without ending'}" for name, count in body["others"]["endings"].items())
        lines.append(f"not looked at, since no videos: {counted(others, 'file')} ({endings})")
    return lines


def _forgotten_line(each: dict[str, str]) -> str:
    what = f"{each['modality']} forgotten" if "modality" in each else "forgotten"
    return f"{each['path'] or 'everything'}: {what}"


def _words_line(name: str, told: dict[str, int]) -> str:
    failed = f", {told['failed']} failed" if told["failed"] else ""
    found = f"{counted(told['lines'], 'line')} in {counted(told['videos'], 'video')}{failed}"
    return f"{name}: {found}, in {told['seconds']:.1f} s"


def listed_lines(body: dict[str, Any]) -> list[str]:
    """A line for each file that failed and each place that was forgotten, as far as they were asked for."""
    lines = []
    if "failures" in body:
        failed = [f"{each['path']}: {each['stage']}: {each['reason']}" for each in body["failures"]]
        lines += failed or ["no file failed"]
    if "forgotten_paths" in body:
        lines += list(map(_forgotten_line, body["forgotten_paths"])) or ["nothing was forgotten"]
    return lines
