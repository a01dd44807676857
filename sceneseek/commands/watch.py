"""The command that keeps a library up to date by itself."""

import signal
from types import FrameType
from typing import Annotated, Any

import typer

from sceneseek.commands.options import LibraryOption
from sceneseek.commands.printing import fact_lines, print_result, say


def watch(
    settle: Annotated[
        float, typer.Option(min=0, help="Leave a file until it has not changed for so many seconds.")
    ] = 10.0,
    poll: Annotated[
        bool, typer.Option("--poll", help="Look at folders again and again instead of waiting for events.")
    ] = False,
    poll_every: Annotated[float, typer.Option(min=0.1, help="Seconds between two such looks.")] = 15.0,
    library: LibraryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON event a line.")] = False,
) -> None:
    """Index what changes in the folders that are known, as it changes, until it is stopped."""
    from data.settings import LibrarySettings
    from data.stores.library import Library
    from indexer.watch.keep import Keeper, WatchOptions
    from sceneseek.settings import settings_from

    signal.signal(signal.SIGTERM, _leave)
    place = Library.of(settings_from(LibrarySettings, library=library))

    def tell(event: dict[str, Any]) -> None:
        if as_json:
            print_result(event, as_json, fact_lines)
        elif line := _line(event):
            say(line)

    try:
        Keeper(place, WatchOptions(settle, poll_every, poll), tell).run()
    except KeyboardInterrupt:
        say("stopped watching")


def _line(event: dict[str, Any]) -> str:
    from indexer.report import report_lines

    kind = event["event"]
    if kind == "message":
        return str(event["message"])
    if kind == "watching" and not event["folders"]:
        return "no folder is there to be watched yet"
    if kind == "indexing":
        return f"looking for what is new{' in ' * bool(event['folders'])}{', '.join(event['folders'])}"
    if kind == "indexed" and event["report"]:
        return "; ".join(report_lines(event["report"]))
    return f"the run failed and is tried again: {event['message']}" if kind == "failed" else ""


def _leave(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt
