"""Questions about videos, as the published files have them: with choices, or with an answer in words."""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.manifests import ManifestError
from data.records import Record, checked, lines_of, records_of, text_of


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
        _choosing(f"{file}:{n}", str(record["clip_name"]), msrvtt_video(root, record["clip_name"]), record["options"],
                  record["answer"])
        for n, record in enumerate(records_of(file, {"clip_name", "options", "answer"}), 1)
    ]  # fmt: skip


def lsmdc_mc(root: Path) -> list[Choosing]:
    """LSMDC-MC: `LSMDC16_multiple_choice_test_randomized.csv` in `root`, a film's clips in its folder.

    Columns between tabs, without a head: the clip's id first, its five sentences as 5 to 9, and the number of the right
    one, from 1, as 10. Raises ManifestError.
    """
    file = root / "LSMDC16_multiple_choice_test_randomized.csv"
    rows = list(csv.reader(text_of(file).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    for n, row in enumerate(rows, 1):
        if len(row) < 11 or not row[10].strip().isdecimal():
            raise ManifestError(f"{file}:{n}: expected 11 columns between tabs, the last a number, got {len(row)}")
    return [
        _choosing(f"{file}:{n}", row[0], lsmdc_clip(root, row[0]), row[5:10], int(row[10]) - 1)
        for n, row in enumerate(rows, 1)
    ]


def ssv2_mc(root: Path) -> list[Choosing]:
    """SSv2-MC: `ssv2_mc_val.json` in `root`, records or lines of them, videos in `videos`.

    No list of it is official: InternVideo2 calls its keys `video` and `caption`, TVTSv2 `clip_name` and `options`.
    Raises ManifestError.
    """
    file = root / "ssv2_mc_val.json"
    records = records_of(file, {"answer"})
    video, options = ("video", "caption") if "caption" in records[0] else ("clip_name", "options")
    return [
        _choosing(f"{file}:{n}", str(record[video]), _webm(root / "videos" / str(record[video])), record[options],
                  record["answer"])
        for n, record in enumerate(checked(records, {video, options, "answer"}, file), 1)
    ]  # fmt: skip


def _webm(video: Path) -> Path:
    """Lists name Something-Something's videos with their ending and without."""
    return video if video.suffix else video.with_suffix(".webm")


CHOOSING: dict[str, Callable[[Path], list[Choosing]]] = {
    "msrvtt-mc": msrvtt_mc,
    "lsmdc-mc": lsmdc_mc,
    "ssv2-mc": ssv2_mc,
}


def msrvtt_qa(root: Path, split: str) -> list[Asked]:
    """MSR-VTT-QA: `msrvtt_qa_{split}.jsonl`, videos in `videos/all`. Raises ManifestError."""
    records = records_of(root / f"msrvtt_qa_{split}.jsonl", {"video_id", "question", "answer"})
    return [_asked(record, n, msrvtt_video(root, record["video_id"])) for n, record in enumerate(records)]


def msvd_qa(root: Path, split: str) -> list[Asked]:
    """MSVD-QA: `msvd_{split}_qa_encode.json`, and `msvd_youtube_mapping.txt` that says which film is which.

    The films lie in `YouTubeClips`. Raises ManifestError.
    """
    lines = map(str.split, lines_of(root / "msvd_youtube_mapping.txt"))
    films = {number: film for film, number in lines}
    records = records_of(root / f"msvd_{split}_qa_encode.json", {"video_id", "question", "answer"})
    names = [f"vid{record['video_id']}" for record in records]
    return [
        _asked(record, n, root / "YouTubeClips" / f"{films.get(name, name)}.avi")
        for n, (record, name) in enumerate(zip(records, names, strict=True))
    ]


def tgif_qa(root: Path, split: str) -> list[Asked]:
    """TGIF-Frame: `frameqa_{split}.jsonl`, pictures in `gifs`. Raises ManifestError."""
    records = records_of(root / f"frameqa_{split}.jsonl", {"gif_name", "question", "answer"})
    return [_asked(record, n, root / "gifs" / f"{record['gif_name']}.gif") for n, record in enumerate(records)]


def lines_qa(root: Path, split: str) -> list[Asked]:
    """One's own: `{split}.jsonl` with `file`, `question` and `answer`, files from `root`. Raises ManifestError."""
    records = records_of(root / f"{split}.jsonl", {"file", "question", "answer"})
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


def msrvtt_video(root: Path, name: object) -> Path:
    """Where a video of MSR-VTT lies, by its number or its name."""
    stem = f"video{name}" if isinstance(name, int) else str(name)
    return root / "videos" / "all" / f"{stem}.mp4"


def lsmdc_clip(root: Path, clip: str) -> Path:
    """Where a clip of LSMDC lies: in the folder of its film, whose name the clip's begins with."""
    film = re.sub(r"_\d\d$", "", clip.split(".")[0])
    return root / film / f"{clip}.avi"


def present(videos: Sequence[Path]) -> set[Path]:
    """Which of them are there."""
    return {video for video in set(videos) if video.is_file()}
