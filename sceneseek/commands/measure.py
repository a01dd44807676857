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
    from search.evaluation.academic import Published
    from search.evaluation.figures import RankedQuery
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
    dataset: Annotated[str | None, typer.Option(help="A published set, such as msrvtt-1ka; no manifest.")] = None,
    root: Annotated[Path | None, typer.Option(help="Where its files lie, as they were published.")] = None,
    split: Annotated[
        str | None, typer.Option(help="Which part of it; the one that papers report when left out.")
    ] = None,
    qb_norm: Annotated[
        bool, typer.Option("--qb-norm", help="Add figures with a bank of its training captions.")
    ] = False,
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
    from search.evaluation.academic import Published, dataset_lines
    from search.evaluation.footage import judged_figures
    from search.generation.towers import pair_by

    if [manifest is not None, bool(pool), judgments, dataset is not None].count(True) != 1:
        fail(USAGE, "name a manifest, or rank files with --pool, or --judgments, or a --dataset: one of them")
    if dataset is None and (root or split or qb_norm):
        fail(USAGE, "--root, --split and --qb-norm are about a --dataset")
    if manifest is None and (all_captions or ranking != "cosine"):
        fail(USAGE, "--all-captions and --ranking are about a manifest")
    settings = settings_from(LibrarySettings, device=device, precision=precision)
    if judgments:
        print_result(judged_figures(existing(library), open_pair=pair_by(settings)), as_json, fact_lines)
        return
    theirs = figures.pooled(against) if against and pool else figures.read_ranks(against[0]) if against else None
    lines = figures.figure_lines
    if dataset is not None:
        of = Published(dataset, root or Path(), split, dual=dsl, bank=qb_norm)
        ranked, body = _published(of, model, weights or [], settings)
        lines = dataset_lines
    elif manifest is None:
        ranked = figures.pooled(pool or [])
        body = {"queries": len(ranked), "t2v": figures.figures_of(ranked)}
    else:
        scored = _scored(manifest, model, weights or [], settings, ranking=ranking, all_captions=all_captions)
        ranked = scored.ranked()
        said = {"queries": len(ranked), "items": scored.scores.shape[1], "model": model, "ranking": ranking}
        body = {**said, **figures.report(scored.scores, scored.wanted, dual=dsl)}
    if theirs is not None:
        body["against"] = figures.differences(ranked, theirs)
    if ranks:
        figures.write_ranks(ranks, ranked)
    print_result(body, as_json, lines)


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


def _published(
    of: "Published", model: str, weights: list[Path], settings: "LibrarySettings"
) -> "tuple[list[RankedQuery], dict[str, Any]]":
    from sceneseek.settings import pair_named
    from search.evaluation.academic import DATASETS, measured

    if of.name not in DATASETS:
        fail(USAGE, f"no set {of.name!r} is known; there are {', '.join(DATASETS)}")
    return measured(of, pair_named(model, weights, settings), say)


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
