"""The command that keeps concepts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from data.exits import NOTHING, USAGE
from sceneseek.commands.asking import Asking, searching
from sceneseek.commands.handover import LimitOption, QueryOption, found_by
from sceneseek.commands.options import JsonOption, LibraryOption
from sceneseek.commands.printing import fail, print_result

if TYPE_CHECKING:
    from data.stores.catalog import Catalog
    from data.stores.catalog.concepts import Mark
    from data.stores.library import Library

Doing = Literal["list", "show", "add", "take-out", "rename", "remove"]
_NEEDED = {"take-out": "the id of an example", "rename": "the new name"}


@searching
def concepts(
    asking: Asking,
    doing: Annotated[Doing, typer.Argument(help="What to do.")] = "list",
    name: Annotated[str | None, typer.Argument(help="Of the concept.")] = None,
    more: Annotated[
        list[str] | None,
        typer.Argument(help="add: VIDEO START END, in seconds; take-out: an example's id; rename: the new name."),
    ] = None,
    query: QueryOption = None,
    limit: LimitOption = 20,
    thumbs: Annotated[str | None, typer.Option(help="The moments that have a thumb for this query.")] = None,
    fits_not: Annotated[bool, typer.Option("--fits-not", help="What is added does not show it.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name what some moments show, to ask for it as concept:NAME: list, show, add to, rename and remove concepts."""
    from sceneseek.marked import Concepts
    from sceneseek.opening import catalog_of, existing
    from search.answering.lines import concept_lines, listed_concept_lines
    from search.handover.lines import removed_lines

    place, said = existing(library), more or []
    kept = Concepts(lambda: catalog_of(place))
    if doing == "list":
        print_result({"concepts": [one.model_dump(mode="json") for one in kept]}, as_json, listed_concept_lines)
        return
    if name is None:
        fail(USAGE, f"which concept? sceneseek concepts {doing} NAME")
    _check(doing, said, by_query=query is not None or thumbs is not None)
    if doing == "remove":
        print_result({"removed": kept.remove(name)}, as_json, removed_lines)
        return
    made = {
        "show": lambda: kept.show(name),
        "add": lambda: kept.mark(name, _marks(place, asking, said, query, limit, thumbs, fits=not fits_not)),
        "take-out": lambda: kept.take_out(name, said[0]),
        "rename": lambda: kept.rename(name, said[0]),
    }[doing]()
    print_result(made.model_dump(mode="json"), as_json, concept_lines)


def _check(doing: Doing, said: Sequence[str], *, by_query: bool) -> None:
    if doing == "add":
        if len(said) != (0 if by_query else 3):
            fail(USAGE, "add takes VIDEO START END, or --query, or --thumbs")
    elif by_query:
        fail(USAGE, f"{doing} takes no --query and no --thumbs")
    elif len(said) != (doing in _NEEDED):
        fail(USAGE, f"{doing} takes {_NEEDED.get(doing, 'a name alone')}")


def _marks(
    place: "Library",
    asking: Asking,
    said: Sequence[str],
    query: str | None,
    limit: int,
    thumbs: str | None,
    *,
    fits: bool,
) -> "list[Mark]":
    """What is to be added, of all that was said."""
    from data.stores.catalog.concepts import Mark
    from sceneseek.opening import catalog_of

    found = [] if query is None else found_by(place, asking, query, limit)
    marks = [Mark(one.video_id, one.start_s, one.end_s, fits) for one in found]
    with catalog_of(place) as catalog:
        if thumbs is not None:
            marks += _thumbed(catalog, thumbs)
        return marks + ([_named(catalog, *said, fits=fits)] if said else [])


def _thumbed(catalog: "Catalog", query: str) -> "list[Mark]":
    from data.stores.catalog.concepts import Mark
    from data.stores.catalog.judgments import judgments

    _, found = judgments(catalog, query)
    if not found:
        fail(NOTHING, f"no moment has a thumb for {query!r}")
    return [Mark(one.video_id, one.start_s, one.end_s, one.relevant) for one in found]


def _named(catalog: "Catalog", video: str, start: str, end: str, *, fits: bool) -> "Mark":
    from sceneseek.asking import checked
    from search.query.arguments import video_named
    from search.query.marks import MarkBody

    return checked(MarkBody, video_id=video_named(catalog, video), start_s=start, end_s=end, fits=fits).mark
