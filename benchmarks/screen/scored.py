"""Lines found against lines written: which were found, and which were never there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.screen.made import Written
from indexer.modalities.screen.strays import Line, similarity

# One letter in ten may be wrong, and half of the time must be right.
ALIKE, TOGETHER = 0.9, 0.5


@dataclass
class Score:
    """Counts; `missed` and `strays` say which."""

    written: int = 0
    found: int = 0
    lines: int = 0
    missed: list[Written] = field(default_factory=list)
    strays: list[Line] = field(default_factory=list)
    off_s: list[float] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.written if self.written else 1.0

    @property
    def precision(self) -> float:
        return 1 - len(self.strays) / self.lines if self.lines else 1.0

    def __iadd__(self, other: "Score") -> "Score":
        for name in ("written", "found", "lines", "missed", "strays", "off_s"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


def scored(written: Sequence[Written], lines: Sequence[Line]) -> Score:
    """Each line that is found answers for one that was written; a second one for the same is a stray."""
    left = list(lines)
    score = Score(len(written), 0, len(lines))
    for each in written:
        fitting = [line for line in left if similarity(line.text, each.text) >= ALIKE and _together(each, line)]
        if not fitting:
            score.missed.append(each)
            continue
        best = max(fitting, key=lambda line: similarity(line.text, each.text))
        left.remove(best)
        score.found += 1
        score.off_s += [abs(best.start_s - each.start_s), abs(best.end_s - each.end_s)]
    score.strays = left
    return score


def _together(each: Written, line: Line) -> bool:
    shared_s = min(each.end_s, line.end_s) - max(each.start_s, line.start_s)
    return shared_s >= TOGETHER * (max(each.end_s, line.end_s) - min(each.start_s, line.start_s))
