"""The command line, put together: which command stands in which group of `--help`."""

import resource
from collections.abc import Callable
from typing import Annotated, Any

import typer

from data.exits import ENVIRONMENT
from sceneseek.commands import answer, concepts, handover, index, judge, measure, models, search, serve, upkeep, watch
from sceneseek.commands.exits import planned_failures
from sceneseek.commands.leash import leash
from sceneseek.commands.printing import fail, prepare

# With less, libraries of others end the process instead of saying so.
_LEAST_ADDRESS_SPACE = 1 << 30

_GROUPS: dict[str, tuple[Callable[..., Any], ...]] = {
    "Index": (index.index, watch.watch, index.forget, index.status),
    "Search": (search.search, answer.answer, judge.judge, judge.judgments, judge.unjudge, concepts.concepts),
    "Hand over": (handover.collections, handover.export),
    "Serve": (serve.serve, serve.ui),
    "Upkeep": (upkeep.verify, upkeep.backup, upkeep.rollback, upkeep.reroot, upkeep.move_catalog),
    "Measure": (measure.evaluate, measure.parity),
    "Models": (models.models, models.classify, models.export_onnx, models.train),
}

# A name that is a word of Python, and values that the parser would not read.
_SPECIAL = {measure.evaluate: ("eval", measure.SeveralValues)}

app = typer.Typer(
    name="sceneseek",
    help="Type a sentence, get the moments of your videos where it happens.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _group, _commands in _GROUPS.items():
    for _command in _commands:
        _name, _class = _SPECIAL.get(_command, (None, None))
        app.command(_name, cls=_class, rich_help_panel=_group)(_command)


def main() -> None:
    """Run the `sceneseek` command; every planned failure is one line and an exit code."""
    prepare()
    with planned_failures():
        app()


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
    leashed: Annotated[
        bool, typer.Option("--leashed", hidden=True, help="Stop, as on Ctrl-C, when stdin ends.")
    ] = False,
) -> None:
    if leashed:
        leash()
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY and limit < _LEAST_ADDRESS_SPACE:
        fail(ENVIRONMENT, f"{limit >> 20} MiB of address space (ulimit -v) are too few: 1024 are needed at least")
