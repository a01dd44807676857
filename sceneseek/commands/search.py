"""The command that searches."""

from pathlib import Path
from typing import Annotated

import typer

from data.exits import NOTHING
from sceneseek.commands.asking import Asking, searching
from sceneseek.commands.options import JsonOption, LibraryOption
from sceneseek.commands.printing import print_result, say


@searching
def search(
    asking: Asking,
    query: Annotated[str | None, typer.Argument(help="What happens in the moment you look for.")] = None,
    image: Annotated[list[Path] | None, typer.Option(help="A picture of what it looks like; repeatable.")] = None,
    video: Annotated[list[Path] | None, typer.Option(help="A video of what it is like; repeatable.")] = None,
    like: Annotated[
        tuple[str, float, float] | None,
        typer.Option(metavar="VIDEO START END", help="More like these seconds of an indexed video."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most so many moments.")] = 5,
    cursor: Annotated[str | None, typer.Option(help="The next page: next_cursor of --json.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the moments where it happens."""
    from data.settings import LibrarySettings
    from sceneseek.opening import catalog_of, existing
    from sceneseek.settings import settings_from
    from search.answering.answers import search_library
    from search.answering.lines import moment_lines
    from search.generation.towers import pair_by
    from search.query.arguments import query_asked

    place = existing(library)
    with catalog_of(place) as catalog:
        asked = asking.body(catalog, query_asked(catalog, query, image or [], video or [], like), limit, cursor)
    answer = search_library(place, asked, open_pair=pair_by(settings_from(LibrarySettings))).model_dump(mode="json")
    for note in answer["notes"]:
        say(note)
    print_result(answer, as_json, moment_lines)
    if not answer["moments"]:
        raise typer.Exit(NOTHING)
