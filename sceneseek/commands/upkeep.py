"""Commands that keep a library sound, safe and in its place."""

from pathlib import Path
from typing import Annotated

import typer

from data.exits import DAMAGE, USAGE
from sceneseek.commands.options import JsonOption, LibraryOption
from sceneseek.commands.printing import fact_lines, fail, print_result, say


def verify(
    deep: Annotated[bool, typer.Option("--deep", help="Read every file and vector, and make some anew.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Put right what can be.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the library against itself and, with --deep, against the files."""
    from indexer.progress import Bar
    from indexer.settings import IndexSettings
    from indexer.upkeep.mend import mend
    from indexer.upkeep.problems import problem_lines
    from indexer.upkeep.verify import verify as run
    from sceneseek.opening import existing
    from sceneseek.settings import settings_from
    from sceneseek.upkeep import own_pair

    place = existing(library, without_catalogue=True)
    settings = settings_from(IndexSettings, library=library)
    open_pair = own_pair(place, settings)
    found = run(place, settings, is_deep=deep, open_pair=open_pair)
    if repair and found.problems:
        for problem in found.problems:
            say(f"{problem.kind}: {problem.path}: {problem.detail}")
        mend(place, found.problems, settings=settings, reporter=Bar(), open_pair=open_pair)
        found = run(place, settings, is_deep=deep, open_pair=open_pair)
    print_result(found.as_json(), as_json, problem_lines)
    if found.problems:
        raise typer.Exit(DAMAGE)


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write the backup, a tar file.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the library into one file, also while it is used."""
    from data.wording import sized
    from indexer.upkeep.backup import backup as run
    from sceneseek.opening import existing

    size = run(existing(library), file, overwrite=overwrite)
    print_result({"file": str(file), "bytes": size}, as_json, lambda body: [f"{body['file']}: {sized(body['bytes'])}"])


def rollback(
    generation: Annotated[str | None, typer.Argument(help="Which one; the one before when left out.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Serve an earlier generation that is still kept."""
    from indexer.upkeep.rollback import rollback as run
    from sceneseek.opening import existing

    served = run(existing(library), generation)
    body = {"generation": served.generation, "model": served.model, "clips": served.clip_count}
    print_result(body, as_json, fact_lines)


def move_catalog(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Put the catalogue into the database that SCENESEEK_CATALOG names."""
    from data.settings import LibrarySettings
    from data.stores.library import Library
    from indexer.upkeep.move_catalog import move_catalog as run
    from sceneseek.settings import settings_from

    place = Library.of(settings_from(LibrarySettings, library=library))
    print_result({"catalogue": run(place, say)}, as_json, fact_lines)


def reroot(
    old: Annotated[Path, typer.Argument(help="Where the videos were.")],
    new: Annotated[Path, typer.Argument(help="Where they are now.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a folder of videos lies elsewhere now."""
    from indexer.upkeep.reroot import reroot as run
    from sceneseek.opening import existing

    count = run(existing(library), old, new)
    if count == 0:
        fail(USAGE, f"{old}: no known root lies there")
    print_result({"roots": count}, as_json, fact_lines)
