"""The command that searches."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from sceneseek.commands.exits import NOTHING
from sceneseek.commands.options import JsonOption, LibraryOption
from sceneseek.commands.printing import print_result, say

DateOption = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only from, or before, this time.")
]


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
    from sceneseek.asking import Filters, checked, filter_body
    from sceneseek.opening import catalog_of, existing
    from sceneseek.settings import settings_from
    from search.answering.answers import search_library
    from search.answering.lines import moment_lines
    from search.generation.towers import pair_by
    from search.query.arguments import query_asked
    from search.query.wire import SearchBody

    place = existing(library)
    filters = Filters(
        folder=folder,
        glob=glob,
        in_video=in_video,
        min_duration=min_duration,
        max_duration=max_duration,
        min_height=min_height,
        max_height=max_height,
        taken_from=taken_from,
        taken_until=taken_until,
        indexed_from=indexed_from,
        indexed_until=indexed_until,
        min_confidence=min_confidence,
    )
    with catalog_of(place) as catalog:
        asked = checked(
            SearchBody,
            query=query_asked(catalog, query, image or [], video or [], like),
            limit=limit,
            filters=filter_body(catalog, filters),
            sort=sort,
            per_video=per_video,
            fold=not all_copies,
            refine=refine,
            cursor=cursor,
        )
    answer = search_library(place, asked, open_pair=pair_by(settings_from(LibrarySettings))).model_dump(mode="json")
    for note in answer["notes"]:
        say(note)
    print_result(answer, as_json, moment_lines)
    if not answer["moments"]:
        raise typer.Exit(NOTHING)
