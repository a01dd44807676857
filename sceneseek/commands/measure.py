"""Commands that measure: how well is found what is there, and whether towers are those of the originals."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from data.exits import DAMAGE, USAGE
from sceneseek.commands.options import (
    DeviceOption,
    JsonOption,
    LibraryOption,
    ModelOption,
    PrecisionOption,
    WeightsOption,
)
from sceneseek.commands.printing import fact_lines, fail, print_result, say

if TYPE_CHECKING:
    from data.settings import LibrarySettings
    from search.evaluation.items import Ranking, Scored


class SeveralValues(TyperCommand):
    """Reads `--pool A B --against C D` as an option before every value, for the parser gives each one value."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """With `--pool` there is no manifest, so that what follows an option is its own."""
        return super().parse_args(ctx, _one_value_each(args) if "--pool" in args else args)


def _one_value_each(words: list[str]) -> list[str]:
    spread: list[str] = []
    option = ""
    for word in words:
        if word.startswith("--"):
            option = word if word in ("--pool", "--against") else ""
        spread += [option, word] if option and word != option else [] if option else [word]
    return spread


def evaluate(
    manifest: Annotated[Path | None, typer.Argument(help="JSON lines: id, file or frames, captions.")] = None,
    model: ModelOption = "vlc-lite",
    weights: WeightsOption = None,
    ranking: Annotated[Literal["cosine", "engine"], typer.Option(help="Plain cosine, or the real engine.")] = "cosine",
    all_captions: Annotated[bool, typer.Option("--all-captions", help="Ask with every caption.")] = False,
    dsl: Annotated[bool, typer.Option("--dsl", help="Add dual-softmax figures.")] = False,
    ranks: Annotated[Path | None, typer.Option(help="Write each query's rank here.")] = None,
    against: Annotated[list[Path] | None, typer.Option(help="Ranks of another run, for paired differences.")] = None,
    pool: Annotated[list[Path] | None, typer.Option(help="Figures of these rank files together; no manifest.")] = None,
    dataset: Annotated[str | None, typer.Option(help="A published set: msrvtt-mc, lsmdc-mc.")] = None,
    root: Annotated[Path | None, typer.Option(help="Where its files lie.")] = None,
    judgments: Annotated[bool, typer.Option("--judgments", help="Measure by the thumbs of a library.")] = False,
    device: DeviceOption = None,
    precision: PrecisionOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure retrieval: on videos with captions, on rank files, or by the thumbs of a library."""
    from data.settings import LibrarySettings
    from sceneseek.opening import existing
    from sceneseek.settings import settings_from
    from search.evaluation import figures
    from search.evaluation.footage import judged_figures
    from search.generation.towers import pair_by

    if [manifest is not None, bool(pool), judgments, dataset is not None].count(True) != 1:
        fail(USAGE, "name a manifest, or rank files with --pool, or --judgments, or a --dataset: one of them")
    settings = settings_from(LibrarySettings, device=device, precision=precision)
    if judgments:
        print_result(judged_figures(existing(library), open_pair=pair_by(settings)), as_json, fact_lines)
        return
    if dataset is not None:
        _choose(dataset, root or Path(), model, weights or [], settings, ranks=ranks, as_json=as_json)
        return
    theirs = figures.pooled(against) if against and pool else figures.read_ranks(against[0]) if against else None
    if manifest is None:
        ranked = figures.pooled(pool or [])
        body: dict[str, Any] = {"queries": len(ranked), "t2v": figures.figures_of(ranked)}
    else:
        scored = _scored(manifest, model, weights or [], settings, ranking=ranking, all_captions=all_captions)
        ranked = scored.ranked()
        said = {"queries": len(ranked), "items": scored.scores.shape[1], "model": model, "ranking": ranking}
        body = {**said, **figures.report(scored.scores, scored.wanted, dual=dsl)}
    if theirs is not None:
        body["against"] = figures.differences(ranked, theirs)
    if ranks:
        figures.write_ranks(ranks, ranked)
    print_result(body, as_json, figures.figure_lines)


def parity(
    goldens: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="A folder of recorded inputs and outputs.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Compare our towers with recorded outputs of the originals."""
    from models.published.opening import require_torch

    require_torch()
    from models.published.parity import compare, parity_lines

    results = compare(goldens)
    print_result(results, as_json, parity_lines)
    if not all(result["ok"] for result in results.values()):
        raise typer.Exit(DAMAGE)


def _choose(
    dataset: str,
    root: Path,
    model: str,
    weights: list[Path],
    settings: "LibrarySettings",
    *,
    ranks: Path | None,
    as_json: bool,
) -> None:
    from data.questions import CHOOSING
    from sceneseek.settings import pair_named
    from search.evaluation.choices import choice_figures, choice_lines, chosen
    from search.evaluation.figures import write_ranks

    if dataset not in CHOOSING:
        fail(USAGE, f"no set {dataset!r} is known; there are {', '.join(CHOOSING)}")
    questions = CHOOSING[dataset](root)
    ranked, left_out = chosen(questions, pair_named(model, weights, settings), say)
    said = {"dataset": dataset, "model": model, "protocol": "one vector a video, the nearest sentence, ties are wrong"}
    body = {**said, **choice_figures(ranked, questions), **left_out}
    if ranks:
        write_ranks(ranks, ranked)
    print_result(body, as_json, choice_lines)


def _scored(
    manifest: Path,
    model: str,
    weights: list[Path],
    settings: "LibrarySettings",
    *,
    ranking: "Ranking",
    all_captions: bool,
) -> "Scored":
    from data.manifests import read_manifest
    from sceneseek.settings import pair_named
    from search.evaluation.items import score

    items = read_manifest(manifest)
    return score(items, pair_named(model, weights, settings), all_captions=all_captions, ranking=ranking)
