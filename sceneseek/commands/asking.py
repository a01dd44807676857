"""The options that narrow and order a search, for every command that makes one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from inspect import Signature, signature
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from data.stores.catalog import Catalog
    from sceneseek.asking import Filters
    from search.query.wire import SearchBody

DateOption = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only from, or before, this time.")
]

# What every command ends with.
_LAST = ("library", "as_json")


@dataclass(frozen=True, slots=True)
class Asking:
    """What those options say."""

    filters: "Filters"
    sort: Literal["relevance", "time"]
    per_video: int | None
    fold: bool
    refine: bool

    def body(
        self, catalog: "Catalog", query: str | dict[str, Any], limit: int, cursor: str | None = None
    ) -> "SearchBody":
        """The search for this. Raises QueryError."""
        from sceneseek.asking import checked, filter_body
        from search.query.wire import SearchBody

        return checked(
            SearchBody,
            query=query,
            limit=limit,
            filters=filter_body(catalog, self.filters),
            sort=self.sort,
            per_video=self.per_video,
            fold=self.fold,
            refine=self.refine,
            cursor=cursor,
        )


def _options(
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
    by: Annotated[
        list[str] | None, typer.Option(help="Only what was found so: seen, said, shown or tagged; repeatable.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Of lines that are said or shown, such as en.")] = None,
    action: Annotated[str | None, typer.Option(help="Only what is tagged with it, by its whole name.")] = None,
    all_copies: Annotated[bool, typer.Option("--all-copies", help="Show moments that look the same.")] = False,
    refine: Annotated[bool, typer.Option("--refine", help="Let the thumbs given to this query move it.")] = False,
) -> Asking:
    from sceneseek.asking import Filters

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
        by=by or [],
        language=language,
        action=action,
    )
    return Asking(filters, sort, per_video, not all_copies, refine)


def searching(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command these options, and them to its `asking`."""
    own, added = signature(command).parameters, signature(_options).parameters

    @wraps(command)
    def run(**given: Any) -> None:
        asking = _options(**{name: given.pop(name) for name in added})
        command(**given, asking=asking)

    mine = [each for name, each in own.items() if name not in ("asking", *_LAST)]
    parameters = [*mine, *added.values(), *(own[name] for name in _LAST)]
    run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run
