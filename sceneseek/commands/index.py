"""Commands that fill a library, empty it, and say what it holds."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from data.exits import FILES_FAILED, INTERRUPTED, NOTHING, USAGE
from data.paths import shown
from sceneseek.commands.options import (
    DeviceOption,
    JsonOption,
    LibraryOption,
    PrecisionOption,
    WaitOption,
    WeightsOption,
)
from sceneseek.commands.printing import fail, print_result, say

if TYPE_CHECKING:
    from data.stores.library import Library
    from indexer.report import Report


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
    only: Annotated[
        list[str] | None, typer.Option(help="Make only this modality, such as subtitles; repeat for several.")
    ] = None,
    without: Annotated[list[str] | None, typer.Option(help="Make all but this modality; repeat for several.")] = None,
    include: Annotated[
        list[str] | None, typer.Option(help="Only files that match this glob; repeat for several.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help="No file that matches this glob; repeat for several.")
    ] = None,
    settle: Annotated[float | None, typer.Option(min=0, help="Leave files younger than this many seconds.")] = None,
    keep: Annotated[int | None, typer.Option(min=1, help="Generations that stay on the disk.")] = None,
    on: Annotated[
        str | None,
        typer.Option(metavar="CLUSTER", help="Decode and embed on a cluster of Ray: ray://HEAD:10001, or local."),
    ] = None,
    wait: WaitOption = False,
    device: DeviceOption = None,
    precision: PrecisionOption = None,
    progress: Annotated[Literal["bar", "json"], typer.Option(help="How progress is shown, on stderr.")] = "bar",
    as_json: JsonOption = False,
) -> None:
    """Index videos: new and changed files only."""
    from indexer.afterwards import Choice
    from indexer.progress import Bar, Lines
    from indexer.report import report_lines
    from indexer.settings import IndexSettings
    from sceneseek.settings import settings_from
    from sceneseek.upkeep import indexed

    report = indexed(
        _listed(paths or []),
        settings=settings_from(
            IndexSettings,
            library=library,
            include=include,
            exclude=exclude,
            settle_s=settle,
            keep_generations=keep,
            on=on,
            device=device,
            precision=precision,
        ),
        reporter=Bar() if progress == "bar" else Lines(),
        model=model,
        weights=weights or (),
        retry_failed=retry_failed,
        without_absent=without_absent,
        wait=wait,
        choice=Choice(tuple(only or ()), tuple(without or ())),
    )
    for path in report.absent:
        say(f"absent: {shown(path)} would leave the search; --without-absent changes the model all the same")
    print_result(report.as_json(), as_json, report_lines)
    _exit_as(report)


def forget(
    path: Annotated[Path | None, typer.Argument(help="A file, a folder or a root, as the catalogue knows it.")] = None,
    modality: Annotated[
        str | None, typer.Option(help="Drop only what this modality made there, or anywhere, and make no more of it.")
    ] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Drop a file or folder from the library, or what is said or shown; the videos stay where they are."""
    from data.wording import counted
    from indexer.settings import IndexSettings
    from indexer.upkeep.forget import forget as run
    from sceneseek.opening import existing
    from sceneseek.settings import settings_from

    place = existing(library)
    if modality is not None:
        _forget_lines(place, modality, path, as_json=as_json)
        return
    if path is None:
        fail(USAGE, "say what to forget: a path, --modality, or both")
    count, generation = run(place, path, keep_generations=settings_from(IndexSettings).keep_generations, say=say)
    if count == 0:
        fail(USAGE, f"{shown(path)}: not in the library")
    print_result(
        {"forgotten": count, "generation": generation},
        as_json,
        lambda body: [f"{counted(body['forgotten'], 'file')} forgotten, until {shown(path)} is indexed by name"],
    )


def status(
    failed: Annotated[bool, typer.Option("--failed", help="List the files that failed, and why.")] = False,
    forgotten: Annotated[bool, typer.Option("--forgotten", help="List what was forgotten and stays out.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what the library holds."""
    from data.stores.aside import bytes_aside
    from indexer.report import failures_of, forgotten_of, listed_lines
    from sceneseek.opening import catalog_of, existing
    from search.service.status import status_lines, status_of

    place = existing(library)
    with catalog_of(place) as catalog:
        body = status_of(place, catalog, bytes_used=place.bytes_used(), set_aside=bytes_aside(place)).model_dump()
        if failed:
            body["failures"] = failures_of(catalog)
        if forgotten:
            body["forgotten_paths"] = forgotten_of(catalog)
    print_result(body, as_json, listed_lines if failed or forgotten else status_lines)


def _forget_lines(place: "Library", modality: str, path: Path | None, *, as_json: bool) -> None:
    from data.wording import counted
    from indexer.settings import IndexSettings
    from indexer.upkeep.forget import forget_lines
    from sceneseek.settings import settings_from

    keep = settings_from(IndexSettings).keep_generations
    count, generation = forget_lines(place, modality, path, keep_generations=keep, say=say)
    again = f"`sceneseek index --only {modality}{f' {shown(path)}' if path else ''}` lets it in again"
    print_result(
        {"forgotten": count, "generation": generation},
        as_json,
        lambda body: [f"{modality} of {counted(body['forgotten'], 'video')} forgotten, and none is made: {again}"],
    )


def _exit_as(report: "Report") -> None:
    if report.interrupted:
        raise typer.Exit(INTERRUPTED)
    if report.failed or report.absent or report.unreadable:
        raise typer.Exit(FILES_FAILED)
    if report.files == report.skipped and not report.gone:
        say("nothing to index there")
        raise typer.Exit(NOTHING)


def _listed(paths: list[Path]) -> list[Path]:
    """With the paths on stdin, one a line, in the place of `-`."""
    if Path("-") not in paths:
        return paths
    lines = sys.stdin.buffer.read().splitlines()
    given = [Path(os.fsdecode(line)) for line in lines if line.strip()]
    return [each for path in paths for each in (given if path == Path("-") else [path])]
