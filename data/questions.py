"""Questions about videos, as the published files have them: with choices, or with an answer in words."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.manifests import ManifestError

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Choosing:
    """A video and sentences, the `answer`-th of which, from 0, belongs to it."""

    id: str
    video: Path
    choices: tuple[str, ...]
    answer: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a video and its answer in words."""

    id: str
    video: Path
    question: str
    answer: str


def msrvtt_mc(root: Path) -> list[Choosing]:
    """MSR-VTT-MC: `msrvtt_mc_test.jsonl` in `root`, videos in `videos/all`. Raises ManifestError."""
    file = root / "msrvtt_mc_test.jsonl"
    return [
        _choosing(f"{file}:{n}", str(record["clip_name"]), _msrvtt(root, record["clip_name"]), record["options"],
                  record["answer"])
        for n, record in enumerate(_records(file, {"clip_name", "options", "answer"}), 1)
    ]  # fmt: skip


def lsmdc_mc(root: Path) -> list[Choosing]:
    """LSMDC-MC: `LSMDC16_multiple_choice_test_randomized.csv` in `root`, a film's clips in its folder.

    Columns between tabs, without a head: the clip's id first, its five sentences as 5 to 9, and the number of the right
    one, from 1, as 10. Raises ManifestError.
    """
    file = root / "LSMDC16_multiple_choice_test_randomized.csv"
    rows = list(csv.reader(_text(file).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    for n, row in enumerate(rows, 1):
        if len(row) < 11 or not row[10].strip().isdecimal():
            raise ManifestError(f"{file}:{n}: expected 11 columns between tabs, the last a number, got {len(row)}")
    return [
        _choosing(f"{file}:{n}", row[0], _lsmdc(root, row[0]), row[5:10], int(row[10]) - 1)
        for n, row in enumerate(rows, 1)
    ]


CHOOSING: dict[str, Callable[[Path], list[Choosing]]] = {"msrvtt-mc": msrvtt_mc, "lsmdc-mc": lsmdc_mc}


def msrvtt_qa(root: Path, split: str) -> list[Asked]:
    """MSR-VTT-QA: `msrvtt_qa_{split}.jsonl`, videos in `videos/all`. Raises ManifestError."""
    records = _records(root / f"msrvtt_qa_{split}.jsonl", {"video_id", "question", "answer"})
    return [_asked(record, n, _msrvtt(root, record["video_id"])) for n, record in enumerate(records)]


def msvd_qa(root: Path, split: str) -> list[Asked]:
    """MSVD-QA: `msvd_{split}_qa_encode.json`, and `msvd_youtube_mapping.txt` that says which film is which.

    The films lie in `YouTubeClips`. Raises ManifestError.
    """
    lines = map(str.split, _full(_text(root / "msvd_youtube_mapping.txt")))
    films = {number: film for film, number in lines}
    records = _records(root / f"msvd_{split}_qa_encode.json", {"video_id", "question", "answer"})
    names = [f"vid{record['video_id']}" for record in records]
    return [
        _asked(record, n, root / "YouTubeClips" / f"{films.get(name, name)}.avi")
        for n, (record, name) in enumerate(zip(records, names, strict=True))
    ]


def tgif_qa(root: Path, split: str) -> list[Asked]:
    """TGIF-Frame: `frameqa_{split}.jsonl`, pictures in `gifs`. Raises ManifestError."""
    records = _records(root / f"frameqa_{split}.jsonl", {"gif_name", "question", "answer"})
    return [_asked(record, n, root / "gifs" / f"{record['gif_name']}.gif") for n, record in enumerate(records)]


def lines_qa(root: Path, split: str) -> list[Asked]:
    """One's own: `{split}.jsonl` with `file`, `question` and `answer`, files from `root`. Raises ManifestError."""
    records = _records(root / f"{split}.jsonl", {"file", "question", "answer"})
    return [_asked(record, n, root / str(record["file"])) for n, record in enumerate(records)]


OPEN: dict[str, Callable[[Path, str], list[Asked]]] = {
    "msrvtt-qa": msrvtt_qa,
    "msvd-qa": msvd_qa,
    "tgif-frame": tgif_qa,
    "lines": lines_qa,
}


def _asked(record: Record, number: int, video: Path) -> Asked:
    question, answer = str(record["question"]).strip(), str(record["answer"]).strip()
    if not question or not answer:
        raise ManifestError(f"question {number} about {video.name} has no words, or no answer")
    return Asked(str(number), video, question, answer)


def _choosing(where: str, name: str, video: Path, choices: object, answer: object) -> Choosing:
    if not isinstance(choices, list) or len(choices) < 2 or not all(isinstance(one, str) and one for one in choices):
        raise ManifestError(f"{where}: expected two sentences or more, got {choices!r}")
    if not isinstance(answer, int) or not 0 <= answer < len(choices):
        raise ManifestError(f"{where}: the answer {answer!r} is none of the {len(choices)} choices")
    return Choosing(name, video, tuple(choices), answer)


def _records(file: Path, wanted: set[str]) -> list[Record]:
    """Of JSON lines, or of one JSON list; says which keys an other version has."""
    text = _text(file)
    try:
        whole = json.loads(text) if text.lstrip().startswith("[") else [json.loads(t) for t in _full(text)]
    except (ValueError, RecursionError) as e:
        raise ManifestError(f"{file}: no JSON lines ({e})") from e
    for n, record in enumerate(whole, 1):
        if not isinstance(record, dict) or not wanted <= record.keys():
            has = sorted(record) if isinstance(record, dict) else type(record).__name__
            raise ManifestError(f"{file}: another version than is known: record {n} has {has}, wanted {sorted(wanted)}")
    if not whole:
        raise ManifestError(f"{file}: no questions")
    return whole


def _full(text: str) -> Iterable[str]:
    return filter(str.strip, text.splitlines())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as e:
        raise ManifestError(f"{file}: can't be read ({e})") from e


def _msrvtt(root: Path, name: object) -> Path:
    stem = f"video{name}" if isinstance(name, int) else str(name)
    return root / "videos" / "all" / f"{stem}.mp4"


def _lsmdc(root: Path, clip: str) -> Path:
    film = re.sub(r"_\d\d$", "", clip.split(".")[0])
    return root / film / f"{clip}.avi"


def present(videos: Sequence[Path]) -> set[Path]:
    """Which of them are there."""
    return {video for video in set(videos) if video.is_file()}
