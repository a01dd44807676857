"""Commands for thumbs: whether moments answer a query."""

from typing import Annotated

import typer

from data.exits import USAGE
from sceneseek.commands.options import JsonOption, LibraryOption
from sceneseek.commands.printing import fact_lines, fail, print_result


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
    from sceneseek.asking import checked
    from sceneseek.opening import catalog_of, existing
    from search.answering.lines import judgment_lines
    from search.answering.thumbs import kept
    from search.query.arguments import video_named
    from search.query.wire import JudgmentBody

    with catalog_of(existing(library)) as catalog:
        video_id = video_named(catalog, video)
        body = checked(JudgmentBody, query=query, video_id=video_id, start_s=start, end_s=end, relevant=up)
        thumb = kept(catalog, body).model_dump(mode="json")
    print_result(thumb, as_json, lambda one: judgment_lines({"judgments": [one]}))


def judgments(
    query: Annotated[str | None, typer.Argument(help="Of this query only, as it was typed.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the thumbs that were given, the newest first."""
    from sceneseek.opening import catalog_of, existing
    from search.answering.lines import judgment_lines
    from search.answering.thumbs import listed

    with catalog_of(existing(library)) as catalog:
        print_result(listed(catalog, query, limit=limit, offset=0).model_dump(mode="json"), as_json, judgment_lines)


def unjudge(
    number: Annotated[int, typer.Argument(help="The thumb's number in `sceneseek judgments`.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a thumb back."""
    from data.stores.catalog.judgments import unjudge as run
    from sceneseek.opening import catalog_of, existing

    with catalog_of(existing(library)) as catalog:
        if not run(catalog, number):
            fail(USAGE, f"no thumb has the number {number}")
    print_result({"removed": number}, as_json, fact_lines)
