"""What is printed: results on stdout, everything else on stderr, and no name of a file speaks to the terminal."""

import json
import logging
import re
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Any, NoReturn

import typer


def prepare() -> None:
    """Make the streams and logs of this process such that whatever is written to them can be."""
    logging.setLogRecordFactory(_PlainRecord)
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal of another alphabet shows an escape, as it does on stderr.
        sys.stdout.reconfigure(errors="backslashreplace")


def print_result(body: Any, as_json: bool, lines: Callable[[Any], list[str]]) -> None:
    """Every result passes here: names of files can't end a line or speak to the terminal."""
    from data.wording import plain

    if as_json:
        document = json.dumps(body, ensure_ascii="utf" not in sys.stdout.encoding.lower())
        # Bytes that are no UTF-8, as everywhere in JSON: escaped.
        typer.echo(re.sub("[\ud800-\udfff]", lambda found: f"\\\\u{ord(found[0]):04x}", document))
    else:
        typer.echo("\n".join(plain(line) for line in lines(body)))


def say(message: str) -> None:
    """One line for the person at the terminal."""
    from data.wording import plain

    typer.echo(plain(message), err=True)


def fail(code: int, message: str) -> NoReturn:
    """End the command with one line and this exit code."""
    say(f"error: {message}")
    raise typer.Exit(code)


def fact_lines(body: dict[str, Any]) -> list[str]:
    """A name and its value a line."""
    return [f"{name:<11} {json.dumps(value, ensure_ascii=False).strip(chr(34))}" for name, value in body.items()]


class _PlainRecord(logging.LogRecord):
    """A message in a log is one line, whatever a file or a client is called."""

    def getMessage(self) -> str:  # noqa: N802  as logging names it
        from data.wording import plain

        return plain(super().getMessage())
