"""How well text on screen is read, and what that costs.

    python -m benchmarks.screen [--part apart|tuning] [--films FOLDER] [--without FOLDER] [--worst] [--json FILE]

Films with known lines are made once, in fonts of Debian: fonts-dejavu, -liberation, -lato, -open-sans, -freefont-ttf,
-roboto-unhinted, -comfortaa, -wqy-zenhei, -ipafont-gothic, -arphic-uming and -noto-cjk. Settings are chosen by the part
`tuning`; the part `apart` has other words, fonts and backgrounds. FOLDER holds videos in which nothing is written: each
line that is found there is a stray. CPU seconds are those of decoding and reading, in one process.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.screen.made import GROUNDS, Made, films
from benchmarks.screen.scored import Score, scored
from data.media.pixels import Scaler
from data.media.reading import Damage, GridFrame, grid
from indexer.modalities.screen.ocr import rapid_ocr
from indexer.modalities.screen.reader import lines
from indexer.modalities.screen.sight import sights
from indexer.modalities.screen.strays import Line
from indexer.modalities.visual import GRID_PER_SECOND

# So much of a usual library has text.
_WITH_TEXT = 0.1


@dataclass
class Cost:
    """CPU seconds of so many seconds of video, alone decoded and with reading."""

    video_s: float = 0.0
    decode_s: float = 0.0
    all_s: float = 0.0
    lines: list[Line] = field(default_factory=list)

    def __iadd__(self, other: "Cost") -> "Cost":
        for name in ("video_s", "decode_s", "all_s", "lines"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    @property
    def reading_a_minute(self) -> float:
        return 60 * (self.all_s - self.decode_s) / self.video_s if self.video_s else 0.0

    @property
    def decoding_a_minute(self) -> float:
        return 60 * self.decode_s / self.video_s if self.video_s else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("apart", "tuning"), default="apart")
    parser.add_argument("--films", type=Path, default=Path("var/screen"))
    parser.add_argument("--sample", type=Path, default=Path("var/sample"))
    parser.add_argument("--without", type=Path)
    parser.add_argument("--worst", action="store_true", help="list what was missed, and what was never there")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    # Loading takes a second once, for however many films.
    rapid_ocr()
    score, text = with_text(films(asked.films / asked.part, asked.part, asked.sample), worst=asked.worst)
    plain = without_text(_without(asked.without, asked.sample), worst=asked.worst)
    figures = told(score, text, plain)
    print("\n".join(f"{name:36}{value:>10}" for name, value in figures.items()))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1))


def with_text(made: Sequence[Made], *, worst: bool) -> tuple[Score, Cost]:
    """One line for each kind of text."""
    score, cost = Score(), Cost()
    for film in made:
        own_cost = read(film.path)
        own = scored(film.lines, own_cost.lines)
        print(f"{film.kind:18} recall {own.recall:.2f}  precision {own.precision:.2f}  lines {own.written:3}", end="  ")
        print(f"CPU s a minute {own_cost.decoding_a_minute:.1f} + {own_cost.reading_a_minute:.1f}")
        if worst:
            print(
                *(f"    missed {each}" for each in own.missed), *(f"    stray {each}" for each in own.strays), sep="\n"
            )
        score += own
        cost += own_cost
    return score, cost


def without_text(videos: Sequence[Path], *, worst: bool) -> Cost:
    """What is found where nothing is written."""
    cost = Cost()
    for path in videos:
        own = read(path)
        if worst:
            print(path.name, f"{own.decoding_a_minute:.1f} + {own.reading_a_minute:.1f}", *own.lines, sep="\n    ")
        cost += own
    return cost


def told(score: Score, text: Cost, plain: Cost) -> dict[str, float]:
    """The figures, named."""
    each = {"with text": text, "without text": plain}
    costs = {f"reading, CPU s a minute {name}": cost.reading_a_minute for name, cost in each.items()}
    decoding = {f"decoding, CPU s a minute {name}": cost.decoding_a_minute for name, cost in each.items()}
    mixed = _WITH_TEXT * text.reading_a_minute + (1 - _WITH_TEXT) * plain.reading_a_minute
    figures = {
        "lines": score.written,
        "recall": score.recall,
        "precision": score.precision,
        "start and end off by, s": sum(score.off_s) / max(1, len(score.off_s)),
        "minutes without text": plain.video_s / 60,
        "strays an hour": 3600 * len(plain.lines) / plain.video_s if plain.video_s else 0.0,
        **decoding,
        **costs,
        "reading, CPU s a minute, a tenth with": mixed,
    }
    return {name: round(value, 3) for name, value in figures.items()}


def read(path: Path) -> Cost:
    """One film, decoded alone and then read."""
    began_s = time.process_time()
    seconds = max(frame.end_s for frame in _grid(path, lambda _: 0))  # type: ignore[arg-type, return-value]
    decoded_s = time.process_time()
    found = list(lines(_grid(path, sights()), rapid_ocr))
    return Cost(seconds, decoded_s - began_s, time.process_time() - decoded_s, found)


def _grid(path: Path, scaler: Scaler) -> Iterator[GridFrame]:
    return grid(path, per_second=GRID_PER_SECOND, scaler=scaler, damage=Damage())


def _without(folder: Path | None, sample: Path) -> list[Path]:
    if folder is not None:
        return sorted(path for path in folder.iterdir() if path.suffix in (".mp4", ".mkv", ".webm"))
    return [sample / f"{name}.mp4" for names in GROUNDS.values() for name in names]


if __name__ == "__main__":
    main()
