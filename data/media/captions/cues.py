"""The text of a subtitle file as cues: whatever can be read of it, and how much can't."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import pysubs2
from charset_normalizer import from_bytes
from pysubs2.exceptions import Pysubs2Error

from data.media.captions.formats import FORMATS

MOST_BYTES = 20 << 20
MOST_CUES = 100_000
_MOST_LETTERS = 2000
# So much of a file tells its encoding.
_SAMPLE_BYTES = 200_000
# A cue that begins while another is shown, or right after it, may repeat what that said: captions that roll up do.
_ROLLS_S = 0.2

# What begins a cue, also a broken one.
_BEGINS = {"srt": re.compile(r"-->"), "vtt": re.compile(r"-->")}
_TIMES = re.compile(r"\d+:\d+[.,]\d+\s*-->\s*\d+:\d+")
_DIALOGUE = re.compile(r"^[ \t]*Dialogue:", re.IGNORECASE | re.MULTILINE)
# One that the reader would stumble over, and leave all others.
_BROKEN = re.compile(
    r"^[ \t]*(?:Dialogue|Comment):(?![^,\n]*,\s*\d+:\d+:\d+[.:,]\d+\s*,\s*\d+:\d+:\d+[.:,]\d+\s*,(?:[^,\n]*,){6}).*$",
    re.IGNORECASE | re.MULTILINE,
)
# What files of a language were written in before there was UTF-8, where that is known.
_BEFORE = {
    "cp1252": "ca da de en es eu fi fr ga gl id is it ms nb nl nn no pt sv",
    "cp1250": "cs hr hu pl sk sl",
}
_TAG = re.compile(r"<[^<>]{0,200}>")
# What turns the direction of reading, controls, and marks of order that a text needs nowhere.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


@dataclass(frozen=True, slots=True)
class Cue:
    """Shown in [start_s, end_s); `lines` as they stand on the screen."""

    start_s: float
    end_s: float
    lines: tuple[str, ...]
    language: str | None = None

    @property
    def text(self) -> str:
        return " ".join(self.lines)[:_MOST_LETTERS]


class Cues(NamedTuple):
    """What a file holds in time order, and how many of its cues are broken."""

    found: list[Cue]
    broken: int


def decoded(data: bytes, language: str | None = None) -> str:
    """Bytes as text, in whatever encoding they seem to be: UTF-8 wherever that is possible.

    The `language`, where it is known, tells more than a few letters do.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(_guessed(data, language), "replace")


def _guessed(data: bytes, language: str | None) -> str:
    spoken = language.partition("-")[0] if language else None
    known = next((encoding for encoding, languages in _BEFORE.items() if spoken in languages.split()), None)
    guess = None if known else from_bytes(data[:_SAMPLE_BYTES]).best()
    return known or (guess.encoding if guess else "cp1252")


def cues_in(text: str, extension: str) -> Cues:
    """Those of a file with such an extension (`formats.EXTENSIONS`). What can't be read at all holds none."""
    kind = FORMATS[extension]
    begun = len(_BEGINS.get(kind, _DIALOGUE).findall(text))
    try:
        events = pysubs2.SSAFile.from_string(_without_broken(text, kind), format_=kind)
    except (Pysubs2Error, ValueError, ArithmeticError, LookupError):
        return Cues([], begun)
    shown = [event for event in events if not event.is_comment and not event.is_drawing]
    hidden = len(events) - len(shown)
    cues = [Cue(event.start / 1000, event.end / 1000, lines_of(event.plaintext)) for event in shown]
    whole = [cue for cue in cues if 0 <= cue.start_s < cue.end_s]
    told = [cue for cue in _unrolled(sorted(whole, key=lambda cue: (cue.start_s, cue.end_s))) if cue.lines]
    comments = sum(event.is_comment for event in events) if kind in ("ass", "ssa") else 0
    return Cues(_each_once(told)[:MOST_CUES], max(0, begun - len(whole) - (hidden - comments)))


def _without_broken(text: str, kind: str) -> str:
    """Without cues that would become a part of the one before, or make a reader give up."""
    if kind not in _BEGINS:
        return _BROKEN.sub("", text)
    pieces = re.split(r"\n[ \t\r]*\n", text)
    return "\n\n".join(piece for piece in pieces if "-->" not in piece or _TIMES.search(piece))


def lines_of(text: str) -> tuple[str, ...]:
    """What is shown of a cue, without tags and what can't be shown."""
    plain = html.unescape(_TAG.sub("", text))
    lines = (" ".join(_UNSHOWN.sub("", line).split()) for line in plain.splitlines())
    return tuple(line for line in lines if line)


def _unrolled(cues: Iterable[Cue]) -> Iterator[Cue]:
    """Without the lines that only roll up: each is told when it comes."""
    before: Cue | None = None
    for cue in cues:
        rolled = before is not None and cue.start_s < before.end_s + _ROLLS_S and len(cue.lines) > 1
        known = _rolled(before.lines, cue.lines) if rolled and before is not None else 0
        yield replace(cue, lines=cue.lines[known:])
        before = cue


def _rolled(before: Sequence[str], lines: Sequence[str]) -> int:
    """How many of the first lines were the last ones before."""
    counts = range(min(len(before), len(lines) - 1), 0, -1)
    return next((count for count in counts if tuple(before[-count:]) == tuple(lines[:count])), 0)


def _each_once(cues: Iterable[Cue]) -> list[Cue]:
    """In layers one above the other the same is said several times."""
    return list({(cue.start_s, cue.end_s, cue.lines): cue for cue in cues}.values())
