"""Files of published sets, read whole: text, lines, records of JSON and columns, and what another version has in it."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from data.manifests import ManifestError

Record = dict[str, Any]

_SHOWN = 3


def text_of(file: Path) -> str:
    """UTF-8, with or without its mark. Raises ManifestError."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as e:
        raise ManifestError(f"{file}: can't be read ({e})") from e


def lines_of(file: Path) -> list[str]:
    """Its lines that are not empty, without the spaces around them. Raises ManifestError."""
    return [line.strip() for line in full_lines(text_of(file))]


def full_lines(text: str) -> Iterable[str]:
    """Those that are not empty."""
    return filter(str.strip, text.split("\n"))


def document_of(file: Path) -> Any:
    """What one JSON document says. Raises ManifestError."""
    return _parsed(text_of(file), file)


def records_of(file: Path, wanted: set[str]) -> list[Record]:
    """Of JSON lines, or of one JSON list; says which keys another version has. Raises ManifestError."""
    text = text_of(file)
    listed = text.lstrip().startswith("[")
    return checked(_parsed(text, file) if listed else [_parsed(line, file) for line in full_lines(text)], wanted, file)


def checked(records: object, wanted: set[str], file: Path) -> list[Record]:
    """The records, if they are some and each has these keys. Raises ManifestError."""
    if not isinstance(records, list) or not records:
        raise ManifestError(f"{file}: no records")
    for n, record in enumerate(records, 1):
        if not isinstance(record, dict) or not wanted <= record.keys():
            has = sorted(map(str, record)) if isinstance(record, dict) else type(record).__name__
            raise ManifestError(f"{file}: another version than is known: record {n} has {has}, wanted {sorted(wanted)}")
    return records


def table_of(file: Path, wanted: set[str]) -> list[dict[str, str]]:
    """Rows of a table with commas and a head; says which columns another version has. Raises ManifestError."""
    reader = csv.DictReader(io.StringIO(text_of(file)))
    try:
        has, rows = list(reader.fieldnames or ()), list(reader)
    except csv.Error as e:
        raise ManifestError(f"{file}: no table ({e})") from e
    if not wanted <= set(has):
        raise ManifestError(f"{file}: another version than is known: columns {has}, wanted {sorted(wanted)}")
    for n, row in enumerate(rows, 2):
        if not all(row[name] for name in wanted):
            raise ManifestError(f"{file}:{n}: nothing in one of the columns {sorted(wanted)}")
    return rows


def columns_of(file: Path, count: int) -> list[list[str]]:
    """Rows between tabs, without a head and without quoting, of so many columns or more. Raises ManifestError."""
    rows = [line.split("\t") for line in full_lines(text_of(file))]
    for n, row in enumerate(rows, 1):
        if len(row) < count:
            raise ManifestError(f"{file}:{n}: expected {count} columns between tabs, got {len(row)}")
    return rows


def columns_by_space(file: Path, count: int) -> list[list[str]]:
    """Lines of exactly so many words. Raises ManifestError."""
    rows = [line.split() for line in lines_of(file)]
    for n, row in enumerate(rows, 1):
        if len(row) != count:
            raise ManifestError(f"{file}: line {n} has {len(row)} words instead of {count}: {' '.join(row)!r:.80}")
    return rows


def texts_of(record: Record, key: str, file: Path) -> list[str]:
    """The strings under a key. Raises ManifestError."""
    its = record[key]
    if not isinstance(its, list) or not all(isinstance(one, str) for one in its):
        raise ManifestError(f"{file}: {key!r} must be a list of strings, got {its!r:.80}")
    return its


def once(names: Sequence[str], file: Path) -> Sequence[str]:
    """The names, if there are some and none is there twice. Raises ManifestError."""
    if not names:
        raise ManifestError(f"{file}: names nothing")
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise ManifestError(f"{file}: {listed(twice)} are there twice")
    return names


def listed(names: Sequence[str]) -> str:
    """The first few in quotes, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(repr, names[:_SHOWN])) + more


def _parsed(text: str, file: Path) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as e:
        raise ManifestError(f"{file}: no JSON ({e})") from e
