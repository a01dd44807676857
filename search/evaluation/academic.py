"""Published sets by their names: which there are, and how well a pair does on one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from data.academic.actions import ACTIONS
from data.academic.moments import MOMENTS
from data.academic.retrieval import RETRIEVAL
from data.manifests import ManifestError
from data.questions import CHOOSING
from data.records import listed
from models.pair import Pair
from search.evaluation.choices import choice_figures, chosen
from search.evaluation.figures import RankedQuery
from search.evaluation.films import Say
from search.evaluation.moments import measured_moments
from search.evaluation.retrieval import measured_retrieval
from search.evaluation.zero_shot import measured_actions

DATASETS = (*RETRIEVAL, *MOMENTS, *ACTIONS, *CHOOSING)

Measured = tuple[list[RankedQuery], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Published:
    """A set by its name, its folder and its split, the usual one where that is None.

    `dual` and `bank` add figures of retrieval with a dual softmax, and with a bank of training captions.
    """

    name: str
    root: Path
    split: str | None = None
    dual: bool = False
    bank: bool = False


def measured(of: Published, pair: Pair, say: Say) -> Measured:
    """The rank of each query, and the body of `eval --dataset`. Raises ManifestError."""
    if (of.dual or of.bank) and of.name not in RETRIEVAL:
        raise ManifestError(f"{of.name} is no set of retrieval, so neither dual softmax nor a query bank is about it")
    # Asked for one video after the other, a pair would load its weights as often.
    once = replace(pair, video=cache(pair.video), text=cache(pair.text))
    ranked, body = _measured(of, once, say)
    return ranked, {"dataset": of.name, "model": pair.spec.name, **body}


def _measured(of: Published, pair: Pair, say: Say) -> Measured:
    if of.name in RETRIEVAL:
        how = RETRIEVAL[of.name]
        return measured_retrieval(how, of.root, of.split, pair, dual=of.dual, bank=of.bank, say=say)
    if of.name in MOMENTS:
        return measured_moments(MOMENTS[of.name], of.root, of.split, pair, say)
    if of.name in ACTIONS:
        return measured_actions(ACTIONS[of.name], of.root, of.split, pair, say)
    return _choices(of, pair, say)


def _choices(of: Published, pair: Pair, say: Say) -> Measured:
    if of.split is not None:
        raise ManifestError(f"{of.name} has one split only")
    questions = CHOOSING[of.name](of.root)
    ranked, left_out = chosen(questions, pair, say)
    protocol = {"ranking": "one vector a video, the nearest sentence", "ties": "against us"}
    return ranked, {"protocol": protocol, **choice_figures(ranked, questions), **left_out}


def dataset_lines(body: dict[str, Any]) -> list[str]:
    """The body of `eval --dataset`, for people: what was measured, what is not there, and each row of figures."""
    protocol = "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in body["protocol"].items())
    rows = {name: its for name, its in body.items() if isinstance(its, dict) and "ci" in its}
    if "accuracy" in body:
        rows["choices"] = {name: body[name] for name in ("accuracy", "by_chance", "ci")}
    width = max(map(len, rows))
    return [
        f"{body['dataset']}, {body['model']}",
        protocol,
        _left(body),
        *(f"{name:<{width}}  {_row(its)}" for name, its in rows.items()),
    ]


def _left(body: dict[str, Any]) -> str:
    if "share" not in body:
        return (
            f"{body['questions']} questions; {body['missing']} of videos not there, {body['unread']} of unreadable ones"
        )
    counts = ", ".join(f"{body[what]} {what}" for what in ("videos", "queries", "classes") if what in body)
    usual = next(f"{count} {name.removeprefix('usual_')}" for name, count in body.items() if name.startswith("usual_"))
    return (
        f"{counts}; {body['share']:.1f} % of its videos are left: {_gone(body['missing'], 'not there')}, "
        f"{_gone(body['unread'], 'unreadable')}; papers count {usual}"
    )


def _gone(names: Sequence[str], how: str) -> str:
    return f"{len(names)} {how}" + (f" ({listed(names)})" if names else "")


def _row(figures: dict[str, Any]) -> str:
    ci = figures["ci"]
    return "  ".join(
        f"{name} {value:.1f}" + (" [{:.1f}, {:.1f}]".format(*ci[name]) if name in ci else "")
        for name, value in figures.items()
        if name != "ci"
    )
