"""The command line. Results go to stdout, progress and messages to stderr."""

import errno
import json
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from data.settings import LibrarySettings
    from data.stores.catalog import Catalog
    from data.stores.library import Library
    from models.pair import Pair
    from models.spec import Runtime

# Heavy imports wait inside the commands: `sceneseek --help` and every decoding process import this module.

app = typer.Typer(
    name="sceneseek",
    help="Type a sentence, get the moments of your videos where it happens.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

LibraryOption = Annotated[
    Path | None, typer.Option("--library", help="Library folder (SCENESEEK_LIBRARY, else var/library).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
WeightsOption = Annotated[list[Path] | None, typer.Option("--weights", help="Weights file; repeat for several.")]
WaitOption = Annotated[bool, typer.Option("--wait", help="Wait while another process writes to the library.")]

DeviceOption = Annotated[str | None, typer.Option(help="Of torch: auto, cpu, cuda or cuda:N.")]
PrecisionOption = Annotated[str | None, typer.Option(help="Of torch on a GPU: fp32, bf16 or fp16.")]

S = TypeVar("S")

DateOption = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only from, or before, this time.")
]
ModelOption = Annotated[str, typer.Option("--model", help="Pair of towers, by its name in `sceneseek models`.")]

USAGE, FILES_FAILED, NOTHING, ENVIRONMENT, DAMAGE, INTERRUPTED = 2, 3, 4, 5, 6, 130

# With less, libraries of others end the process instead of saying so.
_LEAST_ADDRESS_SPACE = 1 << 30


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("sceneseek"))
        raise typer.Exit


@app.callback()
def _begin(
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < _LEAST_ADDRESS_SPACE:
        _fail(ENVIRONMENT, f"{limit >> 20} MiB of address space (ulimit -v) are too few: 1024 are needed at least")


@app.command()
def index(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Folders and files, `-` for a list on stdin; all known when left out.")
    ] = None,
    library: LibraryOption = None,
    model: Annotated[str | None, typer.Option(help="Pair of towers; the library's own when left out.")] = None,
    weights: WeightsOption = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try again what failed before.")] = False,
    without_absent: Annotated[
        bool, typer.Option("--without-absent", help="Change the model even if absent videos leave the search.")
    ] = False,
    include: Annotated[
        list[str] | None, typer.Option(help="Only files that match this glob; repeat for several.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help="No file that matches this glob; repeat for several.")
    ] = None,
    settle: Annotated[float | None, typer.Option(min=0, help="Leave files younger than this many seconds.")] = None,
    keep: Annotated[int | None, typer.Option(min=1, help="Generations that stay on the disk.")] = None,
    wait: WaitOption = False,
    device: DeviceOption = None,
    precision: PrecisionOption = None,
    progress: Annotated[Literal["bar", "json"], typer.Option(help="How progress is shown, on stderr.")] = "bar",
    as_json: JsonOption = False,
) -> None:
    """Index videos: new and changed files only."""
    from data.stores.library import Library
    from indexer.index import index as run
    from indexer.progress import Bar, Lines
    from indexer.report import report_lines
    from indexer.settings import IndexSettings
    from indexer.towers import is_outdated, pair_for

    settings = _settings(
        IndexSettings,
        library=library,
        include=include,
        exclude=exclude,
        settle_s=settle,
        keep_generations=keep,
        device=device,
        precision=precision,
    )
    place = Library(settings.library)
    pair = pair_for(place, model, tuple(weights or ()), settings.models, _runtime(settings))
    reporter: Bar | Lines = Bar() if progress == "bar" else Lines()
    if model is None and is_outdated(pair):
        reporter.say(f"newer weights are here: `sceneseek index --model {pair.spec.name}` indexes everything anew")
    report = run(
        place,
        pair,
        [path.expanduser() for path in _listed(paths or [])],
        settings=settings,
        reporter=reporter,
        retry_failed=retry_failed,
        without_absent=without_absent,
        wait=wait,
    )
    for path in report.absent:
        _say(f"absent: {path} would leave the search; --without-absent changes the model all the same")
    _print(report.as_json(), as_json, report_lines)
    if report.interrupted:
        raise typer.Exit(INTERRUPTED)
    if report.failed or report.absent or report.unreadable:
        raise typer.Exit(FILES_FAILED)
    if report.files == report.skipped and not report.gone:
        _say("nothing to index there")
        raise typer.Exit(NOTHING)


@app.command()
def forget(
    path: Annotated[Path, typer.Argument(help="A file, a folder or a root, as the catalogue knows it.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Drop a file or folder from the library; the videos themselves stay where they are."""
    from data.wording import counted
    from indexer.settings import IndexSettings
    from indexer.upkeep.forget import forget as run

    place = _existing(library)
    count, generation = run(place, path, keep_generations=_settings(IndexSettings).keep_generations, say=_say)
    if count == 0:
        _fail(USAGE, f"{path}: not in the library")
    _print(
        {"forgotten": count, "generation": generation},
        as_json,
        lambda body: [f"{counted(body['forgotten'], 'file')} forgotten, until {path} is indexed by name"],
    )


@app.command()
def status(
    failed: Annotated[bool, typer.Option("--failed", help="List the files that failed, and why.")] = False,
    forgotten: Annotated[bool, typer.Option("--forgotten", help="List what was forgotten and stays out.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what the library holds."""
    from data.stores.aside import bytes_aside
    from indexer.report import failures_of, forgotten_of, listed_lines
    from search.service.status import status_lines, status_of

    place = _existing(library)
    with _catalog(place) as catalog:
        body = status_of(place, catalog, bytes_used=place.bytes_used(), set_aside=bytes_aside(place)).model_dump()
        if failed:
            body["failures"] = failures_of(catalog)
        if forgotten:
            body["forgotten_paths"] = forgotten_of(catalog)
    _print(body, as_json, listed_lines if failed or forgotten else status_lines)


@app.command()
def verify(
    deep: Annotated[bool, typer.Option("--deep", help="Read every file and vector, and make some anew.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Put right what can be.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the library against itself and, with --deep, against the files."""
    from indexer.progress import Bar
    from indexer.settings import IndexSettings
    from indexer.towers import pair_for
    from indexer.upkeep.mend import mend
    from indexer.upkeep.problems import problem_lines
    from indexer.upkeep.verify import verify as run

    place = _existing(library, without_catalogue=True)
    settings = _settings(IndexSettings, library=library)
    open_pair = partial(pair_for, place, None, (), settings.models, _runtime(settings))
    found = run(place, settings, is_deep=deep, open_pair=open_pair)
    if repair and found.problems:
        for problem in found.problems:
            _say(f"{problem.kind}: {problem.path}: {problem.detail}")
        mend(place, found.problems, settings=settings, reporter=Bar(), open_pair=open_pair)
        found = run(place, settings, is_deep=deep, open_pair=open_pair)
    _print(found.as_json(), as_json, problem_lines)
    if found.problems:
        raise typer.Exit(DAMAGE)


@app.command()
def rollback(
    generation: Annotated[str | None, typer.Argument(help="Which one; the one before when left out.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Serve an earlier generation that is still kept."""
    from indexer.upkeep.rollback import rollback as run

    snapshot = run(_existing(library), generation)
    body = {"generation": snapshot.generation, "model": snapshot.model, "clips": snapshot.clip_count}
    _print(body, as_json, _fact_lines)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write the backup, a tar file.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the library into one file, also while it is used."""
    from data.wording import sized
    from indexer.upkeep.backup import backup as run

    size = run(_existing(library), file, overwrite=overwrite)
    _print({"file": str(file), "bytes": size}, as_json, lambda body: [f"{body['file']}: {sized(body['bytes'])}"])


@app.command()
def reroot(
    old: Annotated[Path, typer.Argument(help="Where the videos were.")],
    new: Annotated[Path, typer.Argument(help="Where they are now.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a folder of videos lies elsewhere now."""
    from indexer.upkeep.reroot import reroot as run

    count = run(_existing(library), old, new)
    if count == 0:
        _fail(USAGE, f"{old}: no known root lies there")
    _print({"roots": count}, as_json, _fact_lines)


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="What happens in the moment you look for.")] = None,
    image: Annotated[list[Path] | None, typer.Option(help="A picture of what it looks like; repeatable.")] = None,
    video: Annotated[list[Path] | None, typer.Option(help="A video of what it is like; repeatable.")] = None,
    like: Annotated[
        tuple[str, float, float] | None,
        typer.Option(metavar="VIDEO START END", help="More like these seconds of an indexed video."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many moments.")] = 5,
    cursor: Annotated[str | None, typer.Option(help="The next page: next_cursor of --json.")] = None,
    folder: Annotated[str | None, typer.Option(help="Only videos in or below it.")] = None,
    glob: Annotated[str | None, typer.Option(help="Only videos whose path fits.")] = None,
    in_video: Annotated[str | None, typer.Option(help="Only this video, by path or id.")] = None,
    min_duration: Annotated[float | None, typer.Option(help="Only videos of so many seconds or more.")] = None,
    max_duration: Annotated[float | None, typer.Option(help="Only videos of so many seconds or less.")] = None,
    min_height: Annotated[int | None, typer.Option(help="Only videos of so many lines or more.")] = None,
    max_height: Annotated[int | None, typer.Option(help="Only videos of so many lines or less.")] = None,
    taken_from: DateOption = None,
    taken_until: DateOption = None,
    indexed_from: DateOption = None,
    indexed_until: DateOption = None,
    sort: Annotated[Literal["relevance", "time"], typer.Option(help="Order of what is found.")] = "relevance",
    per_video: Annotated[int | None, typer.Option(min=1, max=500, help="At most so many of one video.")] = None,
    min_confidence: Annotated[Literal["high", "medium", "low"], typer.Option(help="How sure it must be.")] = "low",
    all_copies: Annotated[bool, typer.Option("--all-copies", help="Show moments that look the same.")] = False,
    refine: Annotated[bool, typer.Option("--refine", help="Let the thumbs given to this query move it.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the moments where it happens."""
    from data.settings import LibrarySettings
    from search.generation.towers import pair_by
    from search.query.arguments import query_asked, video_named
    from search.query.wire import FilterBody, SearchBody
    from search.ranking.answers import search_library
    from search.ranking.lines import moment_lines

    place = _existing(library)
    with _catalog(place) as catalog:
        filters = _checked(
            FilterBody,
            folder=folder,
            glob=glob,
            video_id=video_named(catalog, in_video) if in_video else None,
            min_duration_s=min_duration,
            max_duration_s=max_duration,
            min_height=min_height,
            max_height=max_height,
            taken_from=_local(taken_from),
            taken_until=_local(taken_until),
            indexed_from=_local(indexed_from),
            indexed_until=_local(indexed_until),
            min_confidence=min_confidence,
        )
        asked = _checked(
            SearchBody,
            query=query_asked(catalog, query, image or [], video or [], like),
            limit=limit,
            filters=filters,
            sort=sort,
            per_video=per_video,
            fold=not all_copies,
            refine=refine,
            cursor=cursor,
        )
    answer = search_library(place, asked, open_pair=pair_by(_settings(LibrarySettings))).model_dump(mode="json")
    for note in answer["notes"]:
        _say(note)
    _print(answer, as_json, moment_lines)
    if not answer["moments"]:
        raise typer.Exit(NOTHING)


@app.command()
def judge(
    query: Annotated[str, typer.Argument(help="The query, as it was typed.")],
    video: Annotated[str, typer.Argument(help="The video, by path or id.")],
    start: Annotated[float, typer.Argument(help="Where the moment begins, in seconds.")],
    end: Annotated[float, typer.Argument(help="Where it ends.")],
    up: Annotated[bool, typer.Option("--up/--down", help="Whether the moment answers the query.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a moment a thumb: `search --refine` is moved by it, `eval --judgments` measures with it."""
    from search.evaluation.thumbs import kept
    from search.query.arguments import video_named
    from search.query.wire import JudgmentBody
    from search.ranking.lines import judgment_lines

    with _catalog(_existing(library)) as catalog:
        video_id = video_named(catalog, video)
        body = _checked(JudgmentBody, query=query, video_id=video_id, start_s=start, end_s=end, relevant=up)
        thumb = kept(catalog, body).model_dump(mode="json")
    _print(thumb, as_json, lambda one: judgment_lines({"judgments": [one]}))


@app.command()
def judgments(
    query: Annotated[str | None, typer.Argument(help="Of this query only, as it was typed.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the thumbs that were given, the newest first."""
    from search.evaluation.thumbs import listed
    from search.ranking.lines import judgment_lines

    with _catalog(_existing(library)) as catalog:
        _print(listed(catalog, query, limit=limit, offset=0).model_dump(mode="json"), as_json, judgment_lines)


@app.command()
def unjudge(
    number: Annotated[int, typer.Argument(help="The thumb's number in `sceneseek judgments`.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a thumb back."""
    from data.stores.catalog.judgments import unjudge as run

    with _catalog(_existing(library)) as catalog:
        if not run(catalog, number):
            _fail(USAGE, f"no thumb has the number {number}")
    _print({"removed": number}, as_json, _fact_lines)


@app.command("eval")
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
    judgments: Annotated[bool, typer.Option("--judgments", help="Measure by the thumbs of a library.")] = False,
    device: DeviceOption = None,
    precision: PrecisionOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure retrieval: on videos with captions, on rank files, or by the thumbs of a library."""
    from data.manifests import read_manifest
    from data.settings import LibrarySettings
    from search.evaluation import figures
    from search.evaluation.footage import judged_figures
    from search.evaluation.items import score
    from search.generation.towers import pair_by

    if [manifest is not None, bool(pool), judgments].count(True) != 1:
        _fail(USAGE, "name a manifest, or rank files with --pool, or --judgments: one of them")
    settings = _settings(LibrarySettings, device=device, precision=precision)
    if judgments:
        _print(judged_figures(_existing(library), open_pair=pair_by(settings)), as_json, _fact_lines)
        return
    theirs = figures.pooled(against) if against and pool else figures.read_ranks(against[0]) if against else None
    body: dict[str, Any]
    if manifest is None:
        ranked = figures.pooled(pool or [])
        body = {"queries": len(ranked), "t2v": figures.figures_of(ranked)}
    else:
        items = read_manifest(manifest)
        scored = score(items, _pair(model, weights, settings), all_captions=all_captions, ranking=ranking)
        ranked = scored.ranked()
        body = {
            "queries": len(ranked),
            "items": len(items),
            "model": model,
            "ranking": ranking,
            **figures.report(scored.scores, scored.wanted, dual=dsl),
        }
    if theirs is not None:
        body["against"] = figures.differences(ranked, theirs)
    if ranks:
        figures.write_ranks(ranks, ranked)
    _print(body, as_json, figures.figure_lines)


@app.command()
def train(
    config: Annotated[Path, typer.Argument(help="A recipe: models/training/configs/ has those of the shipped pair.")],
    folder: Annotated[
        Path, typer.Option(help="Where caches, checkpoints and the pair go; a stopped run goes on there.")
    ] = Path("var/training"),
    as_json: JsonOption = False,
) -> None:
    """Train an embedded pair from manifests of pictures and videos with captions."""
    from data.manifests import pictures, read_manifest
    from data.media.pixels import Fit
    from models.published.opening import require_torch

    require_torch()
    from models.training.pictures.album import Example
    from models.training.train import IMAGE_SIZE, read_recipe
    from models.training.train import train as run

    recipe = read_recipe(config)
    items = [item for manifest in recipe.manifests for item in read_manifest(manifest)]
    fit = Fit(IMAGE_SIZE, "squash", "bicubic")
    examples = [Example(partial(pictures, item, fit), item.captions) for item in items if item.captions]
    pair = run(recipe, examples, folder / config.stem, _say)
    _print({"pair": str(pair)}, as_json, lambda body: [f"the pair is in {body['pair']}"])


@app.command()
def models(as_json: JsonOption = False) -> None:
    """List the pairs of towers that this program knows."""
    from data.settings import LibrarySettings
    from models.published.cards import listing_lines
    from models.registry import listings

    rows = listings(_settings(LibrarySettings).models)
    _print(rows, as_json, listing_lines)


@app.command()
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
    _print(results, as_json, parity_lines)
    if not all(result["ok"] for result in results.values()):
        raise typer.Exit(DAMAGE)


@app.command()
def classify(
    videos: Annotated[list[Path], typer.Argument(help="Video files.")],
    labels: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="One label a line; Kinetics-400's when left out.")
    ] = None,
    model: ModelOption = "vlc-lite",
    weights: WeightsOption = None,
    count: Annotated[int, typer.Option(min=1, help="How many labels of each video.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Say which of some labels each video shows, without training (zero-shot)."""
    from data.manifests import Item, frames_of
    from data.media.pixels import Fit
    from models.heads.classify import Classifier, kinetics400, label_lines, labels_in

    known = labels_in(labels.read_text(encoding="utf-8", errors="replace")) if labels else kinetics400()
    classifier = Classifier(_pair(model, weights), known)
    spec = classifier.spec
    fit = Fit(spec.image_size, spec.resize, spec.interpolation)
    body = {}
    for path in videos:
        pixels = frames_of(Item(str(path), path, (), ()), fit, spec.frames_per_clip)
        (best,) = classifier.best(pixels[None], count)
        body[str(path)] = [{"label": label, "probability": probability} for label, probability in best]
    _print(body, as_json, label_lines)


@app.command("export-onnx")
def export_onnx(
    folder: Annotated[Path, typer.Argument(help="Where video.onnx and text.onnx go.")],
    model: ModelOption,
    weights: WeightsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a pair's towers as ONNX files, each compared with what it came from."""
    from models.published.opening import require_torch

    require_torch()
    from models.published.onnx_export import export
    from models.published.parity import parity_lines

    exported = export(_pair(model, weights), folder)
    _print(dict(exported), as_json, parity_lines)
    if not all(each["ok"] for each in exported.values()):
        raise typer.Exit(DAMAGE)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to bind; others than loopback need a key.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to bind.")] = 8000,
    library: LibraryOption = None,
) -> None:
    """Answer queries over HTTP."""
    from search.service.api import create_app
    from search.service.boundary.access import check_bind
    from search.service.boundary.connections import serve as run
    from search.service.boundary.listening import listening
    from search.service.settings import ServiceSettings

    settings = _settings(ServiceSettings, library=library)
    check_bind(host, settings.key)
    with listening(host, port) as opened:
        _say(f"serving {settings.library} on http://{host}:{opened.getsockname()[1]}")
        run(create_app(settings), opened)


@app.command()
def ui(
    host: Annotated[str, typer.Option(help="Address to bind; others than loopback need a password.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to bind.")] = 8501,
    library: LibraryOption = None,
) -> None:
    """Open the web page's server, and start the service when none answers."""
    from ui.launch import launch
    from ui.settings import PageSettings

    settings = _settings(PageSettings)
    page = launch(host=host, port=port, service_url=settings.service_url, password=settings.password, library=library)
    raise typer.Exit(page)


def main() -> None:
    """Run the `sceneseek` command; every planned failure is one line and an exit code."""
    logging.setLogRecordFactory(_PlainRecord)
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal of another alphabet shows an escape, as it does on stderr.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app(_one_value_each(sys.argv[1:]))
    except Exception as error:
        code = _exit_code(error)
        if code is None:
            raise
        _say(f"error: {_in_one_line(error)}")
        sys.exit(code)


class _PlainRecord(logging.LogRecord):
    """A message in a log is one line, whatever a file or a client is called."""

    def getMessage(self) -> str:  # noqa: N802  as logging names it
        from data.wording import plain

        return plain(super().getMessage())


def _one_value_each(words: list[str]) -> list[str]:
    """`eval --pool A B --against C D` with an option before every value, as the parser wants it."""
    if "--pool" not in words:
        return words
    spread: list[str] = []
    option = ""
    for word in words:
        if word.startswith("--"):
            option = word if word in ("--pool", "--against") else ""
        spread += [option, word] if option and word != option else [] if option else [word]
    return spread


def _exit_code(error: Exception) -> int | None:
    """None for a bug."""
    # Before anything is imported: there may be no memory for it.
    if isinstance(error, MemoryError | PermissionError | NotADirectoryError | IsADirectoryError):
        return ENVIRONMENT
    if isinstance(error, ImportError) and re.search("failed to map segment|cannot allocate memory", str(error), re.I):
        return ENVIRONMENT  # what the loader of shared libraries says when there is none
    if isinstance(error, OSError) and error.errno in _OF_ENVIRONMENT:
        return ENVIRONMENT
    return next((code for code, kinds in _planned().items() if isinstance(error, kinds)), None)


def _planned() -> dict[int, tuple[type[Exception], ...]]:
    """What the program raises on purpose, by exit code."""
    from data.manifests import ManifestError
    from data.sandbox.process import OutOfMemory
    from data.stores.catalog import RootTaken
    from data.stores.catalog.errors import CatalogueUnavailable, DamagedCatalogue, OtherCatalogue
    from data.stores.shards.folder import DamagedShard, NewerShard
    from data.stores.vectors.store import DamagedIndex
    from data.types import LibraryBusy, NoGeneration, QueryError, VideoError
    from indexer.plan.look import NothingKnown, UnknownPath
    from indexer.upkeep.backup import BackupRefused
    from models.spec import (
        BadInput,
        BrokenTower,
        DeviceMissing,
        ExtraMissing,
        ModelMismatch,
        UnknownModel,
        WeightsMissing,
    )
    from search.evaluation.figures import RanksError
    from search.query.cursor import StaleCursor

    return {
        USAGE: (
            UnknownPath,
            NothingKnown,
            UnknownModel,
            ModelMismatch,
            BadInput,
            BackupRefused,
            ManifestError,
            RanksError,
            QueryError,
            RootTaken,
            StaleCursor,
        ),
        NOTHING: (NoGeneration,),
        DAMAGE: (DamagedIndex, DamagedShard, DamagedCatalogue),
        ENVIRONMENT: (
            LibraryBusy,
            CatalogueUnavailable,
            OtherCatalogue,
            NewerShard,
            OutOfMemory,
            VideoError,
            WeightsMissing,
            BrokenTower,
            ExtraMissing,
            DeviceMissing,
        ),
    }


# What is wrong with a disk, a network or the limits of the process, and not with what was asked.
_OF_ENVIRONMENT = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EROFS,
        errno.EIO,
        errno.ENXIO,
        errno.ENODEV,
        errno.ESTALE,
        errno.ENOTCONN,
        errno.ETIMEDOUT,
        errno.EHOSTDOWN,
        errno.EREMOTEIO,
        errno.EUCLEAN,
        errno.ENOLCK,
        errno.ENOMEM,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENAMETOOLONG,
        errno.ELOOP,
        errno.EADDRINUSE,
        errno.EADDRNOTAVAIL,
    }
)


def _in_one_line(error: Exception) -> str:
    said = " ".join(str(error).split())
    return f"not enough memory{said and f' ({said})'}" if isinstance(error, MemoryError) else said


def _settings(kind: Callable[..., S], **chosen: object) -> S:
    """The environment's settings, with what was said on the command line put before it."""
    from pydantic import ValidationError

    try:
        return kind(**{name: value for name, value in chosen.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        _fail(USAGE, f"SCENESEEK_{'_'.join(map(str, first['loc'])).upper()}: {first['msg']}, got {first['input']!r}")


def _checked(kind: Callable[..., S], **facts: object) -> S:
    """A body made of what was said on the command line."""
    from pydantic import ValidationError

    try:
        return kind(**facts)
    except ValidationError as error:
        first = error.errors()[0]
        _fail(USAGE, ": ".join([*map(str, first["loc"][:1]), first["msg"]]))


def _local(time: datetime | None) -> datetime | None:
    """A time without a zone is one of here."""
    try:
        return None if time is None else time.astimezone()
    except (OverflowError, ValueError):
        _fail(USAGE, f"{time}: in UTC this lies outside the years 1 to 9999")


@contextmanager
def _catalog(library: "Library") -> "Iterator[Catalog]":
    from data.stores.catalog import open_catalog

    catalog = open_catalog(library.catalog)
    try:
        yield catalog
    finally:
        catalog.close()


def _listed(paths: list[Path]) -> list[Path]:
    """With the paths on stdin, one a line, in the place of `-`."""
    if Path("-") not in paths:
        return paths
    lines = sys.stdin.buffer.read().splitlines()
    given = [Path(os.fsdecode(line)) for line in lines if line.strip()]
    return [each for path in paths for each in (given if path == Path("-") else [path])]


def _existing(library: Path | None, *, without_catalogue: bool = False) -> "Library":
    from data.settings import LibrarySettings
    from data.stores.library import Library
    from data.types import NoGeneration

    place = Library(_settings(LibrarySettings, library=library).library)
    if place.has_lost_its_catalogue and not without_catalogue:
        _fail(DAMAGE, f"{place.catalog} is missing: `sceneseek verify --repair` makes it anew from the vectors")
    if not place.exists and not place.has_lost_its_catalogue:
        raise NoGeneration(f"no library in {place.folder} yet: `sceneseek index FOLDER` makes one")
    return place


def _pair(model: str, weights: list[Path] | None, settings: "LibrarySettings | None" = None) -> "Pair":
    from data.settings import LibrarySettings
    from models.registry import open_pair

    settings = settings or _settings(LibrarySettings)
    return open_pair(model, weights=tuple(weights or ()), models_folder=settings.models, runtime=_runtime(settings))


def _runtime(settings: "LibrarySettings") -> "Runtime":
    from models.spec import Runtime

    return Runtime(settings.device, settings.precision, settings.compiled)


def _print(body: Any, as_json: bool, lines: Callable[[Any], list[str]]) -> None:
    """Every result passes here: names of files can't end a line or speak to the terminal."""
    from data.wording import plain

    if as_json:
        document = json.dumps(body, ensure_ascii="utf" not in sys.stdout.encoding.lower())
        # Bytes that are no UTF-8, as everywhere in JSON: escaped.
        typer.echo(re.sub("[\ud800-\udfff]", lambda found: f"\\\\u{ord(found[0]):04x}", document))
    else:
        typer.echo("\n".join(plain(line) for line in lines(body)))


def _say(message: str) -> None:
    from data.wording import plain

    typer.echo(plain(message), err=True)


def _fail(code: int, message: str) -> NoReturn:
    _say(f"error: {message}")
    raise typer.Exit(code)


def _fact_lines(body: dict[str, Any]) -> list[str]:
    return [f"{name:<11} {json.dumps(value, ensure_ascii=False).strip(chr(34))}" for name, value in body.items()]


if __name__ == "__main__":
    main()
