"""Commands that keep moments together and hand them over."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from data.exits import FILES_FAILED, NOTHING, USAGE
from sceneseek.commands.asking import Asking, searching
from sceneseek.commands.options import JsonOption, LibraryOption
from sceneseek.commands.printing import fail, print_result, say

if TYPE_CHECKING:
    from data.stores.catalog.collections import Pick
    from data.stores.library import Library

Formats = Literal["csv", "edl", "markers", "fcpxml", "fcp7xml", "otio", "clips", "reel"]
Doing = Literal["list", "show", "create", "add", "remove"]
QueryOption = Annotated[str | None, typer.Option(help="The moments that answer this.")]
LimitOption = Annotated[int, typer.Option(min=1, max=500, help="At most so many moments of the query.")]


@searching
def export(
    asking: Asking,
    form: Annotated[Formats, typer.Option("--format", help="What the editor reads.")],
    to: Annotated[Path, typer.Option(help="The file, or a folder for it.")],
    query: QueryOption = None,
    collection: Annotated[str | None, typer.Option(help="The moments of a collection, by name or id.")] = None,
    limit: LimitOption = 20,
    handles: Annotated[float, typer.Option(min=0, max=600, help="Seconds before and after each moment.")] = 0.0,
    exact: Annotated[bool, typer.Option("--exact", help="Encode clips, from the very picture on.")] = False,
    title: Annotated[str | None, typer.Option(help="Of the timeline; else the query or collection.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write moments for an editor: as a list, as clips, as a reel."""
    from sceneseek.handing import exported
    from sceneseek.opening import catalog_of, existing
    from search.handover.lines import written_lines

    if (query is None) == (collection is None):
        fail(USAGE, "say what to hand over: --query or --collection, one of them")
    place = existing(library)
    found = None if query is None else found_by(place, asking, query, limit)
    facts = {"format": form, "title": title, "handles_s": handles, "exact": exact}
    with catalog_of(place) as catalog:
        file, count, remarks, left_out = exported(catalog, found or str(collection), to, **facts)
    told = {"file": str(file), "format": form, "moments": count, "bytes": file.stat().st_size}
    print_result({**told, "remarks": remarks, "left_out": left_out}, as_json, written_lines)
    if left_out:
        raise typer.Exit(FILES_FAILED)


@searching
def collections(
    asking: Asking,
    doing: Annotated[Doing, typer.Argument(help="What to do.")] = "list",
    name: Annotated[str | None, typer.Argument(help="Of the collection, or its id.")] = None,
    query: QueryOption = None,
    limit: LimitOption = 20,
    note: Annotated[str, typer.Option(help="Of a new collection.")] = "",
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep moments together: list, show, create, add to (the moments of a --query) and remove collections."""
    from sceneseek.collected import Collections
    from sceneseek.opening import catalog_of, existing
    from search.handover.lines import collection_lines, listed_lines, removed_lines

    if doing == "list":
        kept = Collections(lambda: catalog_of(existing(library)))
        print_result({"collections": [one.model_dump(mode="json") for one in kept]}, as_json, listed_lines)
        return
    if name is None:
        fail(USAGE, f"which collection? sceneseek collections {doing} NAME")
    if (query is None) == (doing == "add") and doing != "create":
        fail(USAGE, "add takes a --query" if doing == "add" else f"{doing} takes no --query")
    place = existing(library)
    kept = Collections(lambda: catalog_of(place))
    picks = [] if query is None else found_by(place, asking, query, limit)
    if doing == "remove":
        print_result({"removed": kept.remove(name)}, as_json, removed_lines)
        return
    made = {"show": lambda: kept.show(name), "add": lambda: kept.add(name, picks)}.get(
        doing, lambda: kept.create(name, picks, note=note)
    )()
    print_result(made.model_dump(mode="json"), as_json, collection_lines)


def found_by(place: "Library", asking: Asking, query: str, limit: int) -> "list[Pick]":
    """What answers the query; with nothing, the command ends."""
    from data.settings import LibrarySettings
    from sceneseek.collected import pick_of
    from sceneseek.opening import catalog_of
    from sceneseek.settings import settings_from
    from search.answering.answers import search_library
    from search.generation.towers import pair_by
    from search.query.arguments import query_asked

    with catalog_of(place) as catalog:
        body = asking.body(catalog, query_asked(catalog, query, [], [], None), limit)
    answer = search_library(place, body, open_pair=pair_by(settings_from(LibrarySettings)))
    for note in answer.notes:
        say(note)
    if not answer.moments:
        fail(NOTHING, "nothing found")
    return [replace(pick_of(found), query=query) for found in answer.moments]
