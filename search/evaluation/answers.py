"""How often a classifier over answers is right, beside what can be said without looking."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data.manifests import ManifestError
from data.media.pixels import Fit, Pixels
from data.media.views import Span, views_of
from data.questions import Asked, present
from data.types import VideoError
from models.recognition.answering import Answering, open_answering
from models.spec import Runtime
from search.evaluation.figures import draws_of, interval_of

Say = Callable[[str], None]


def measured_answers(
    folder: Path, learned: Sequence[Asked], asked: Sequence[Asked], runtime: Runtime, say: Say
) -> dict[str, Any]:
    """`accuracy` in percent over the questions whose video could be read, an answer that is not known being wrong.

    `without_looking` is that of the commonest training answer to questions that begin with the same two words. Raises
    ManifestError where no video could be read.
    """
    answering = open_answering(folder, runtime)
    by_video: dict[Path, list[Asked]] = defaultdict(list)
    for one in asked:
        by_video[one.video].append(one)
    there = present(list(by_video))
    right, blind, unread = [], [], 0
    guess = _guesses(learned)
    for video in sorted(there):
        try:
            right += _right(answering, video, by_video[video])
            blind += [guess(one.question) == one.answer for one in by_video[video]]
        except VideoError as e:
            say(f"left out: {e}")
            unread += len(by_video[video])
    if not right:
        raise ManifestError(f"none of the videos of {len(asked)} questions could be read, such as {asked[0].video}")
    return {
        "questions": len(right),
        "missing": sum(len(some) for video, some in by_video.items() if video not in there),
        "unread": unread,
        "answers": len(answering.facts.answers),
        "accuracy": 100 * float(np.mean(right)),
        "without_looking": 100 * float(np.mean(blind)),
        "ci": {"accuracy": _interval(right), "without_looking": _interval(blind)},
    }


def likeliest(answering: Answering, video: Path, question: str, count: int) -> list[tuple[str, float]]:
    """The answers to a question about a film, the likeliest first, with their probabilities. Raises VideoError."""
    shares = answering.probabilities(_clip(answering, video), [question])[0]
    return [(answering.facts.answers[n], float(shares[n])) for n in np.argsort(-shares, kind="stable")[:count]]


def _right(answering: Answering, video: Path, asked: Sequence[Asked]) -> list[bool]:
    shares = answering.probabilities(_clip(answering, video), [one.question for one in asked])
    best = shares.argmax(axis=1)
    return [answering.facts.answers[n] == one.answer for n, one in zip(best, asked, strict=True)]


def _clip(answering: Answering, video: Path) -> Pixels:
    clip = answering.facts.clip
    views = views_of(video, Span(clip.frames, clip.per_second), Fit(clip.size, "crop", "bicubic"), clips=1)
    first: Pixels = views[0]
    return first


def _guesses(learned: Sequence[Asked]) -> Callable[[str], str]:
    of_kind: dict[str, Counter[str]] = defaultdict(Counter)
    whole = Counter(one.answer for one in learned)
    for one in learned:
        of_kind[_kind(one.question)][one.answer] += 1
    return lambda question: (of_kind.get(_kind(question)) or whole).most_common(1)[0][0]


def _kind(question: str) -> str:
    return " ".join(question.lower().split()[:2])


def _interval(flags: Sequence[bool]) -> list[float]:
    values = 100.0 * np.array(flags)
    return interval_of(values[draws_of(len(values))].mean(axis=1))


def answer_lines(body: dict[str, Any]) -> list[str]:
    """The body of a measured classifier, for people."""
    shown = [f"{name} {body[name]:.1f} [{low:.1f}, {high:.1f}]" for name, (low, high) in body["ci"].items()]
    return [
        f"{body['questions']} questions, {body['answers']} answers; of others the video is not there "
        f"({body['missing']}) or can't be read ({body['unread']})",
        "  ".join(shown),
        f"the classifier is in {body['classifier']}",
    ]
