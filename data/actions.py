"""Sets of videos with an action each: a folder for each class, or the lists of Kinetics and Something-Something."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.manifests import ManifestError, read_names
from data.media.reading import EXTENSIONS
from data.records import listed


@dataclass(frozen=True, slots=True)
class Act:
    """A video and the number of its class."""

    file: Path
    label: int


@dataclass(frozen=True, slots=True)
class ActionSet:
    """Videos of some classes; `missing` names those of a list that are not there."""

    classes: tuple[str, ...]
    acts: tuple[Act, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A video as a list has it: where it may lie, what it is called there, and its class by name or number."""

    name: str
    places: tuple[Path, ...]
    label: str


def read_actions(source: Path, *, root: Path | None = None, classes: Sequence[str] | None = None) -> ActionSet:
    """A folder of folders, or a list whose videos lie in or below `root` (its own folder, when left out).

    Lists: Kinetics' table (`label`, `youtube_id`, `time_start`, `time_end`), Something-Something's JSON (`id`,
    `template`), or lines of a path and a class, by number or name. `classes` says which there are, in order; without,
    they are those of the source by alphabet. Raises ManifestError.
    """
    try:
        if source.is_dir():
            return _of_folders(source, classes)
        rows = list(_rows(source, root or source.parent))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error) as e:
        raise ManifestError(f"{source}: no set of actions ({e!r})") from e
    return of_rows(source, rows, classes)


def read_classes(path: Path) -> tuple[str, ...]:
    """Classes in order: one a line, or Something-Something's JSON of names and numbers. Raises ManifestError."""
    return _checked(read_names(path), path)


def _of_folders(source: Path, classes: Sequence[str] | None) -> ActionSet:
    folders = {folder.name: folder for folder in sorted(source.iterdir()) if folder.is_dir()}
    loose = [path.name for path in sorted(source.iterdir()) if path.suffix.lower() in EXTENSIONS]
    if loose:
        raise ManifestError(f"{source}: {listed(loose)} lie in no folder of a class, so they have no label")
    names = _checked(list(classes) if classes is not None else list(folders), source)
    if strange := sorted(folders.keys() - set(names)):
        raise ManifestError(f"{source}: {listed(strange)} are none of the {len(names)} classes")
    if absent := [name for name in names if name not in folders]:
        raise ManifestError(f"{source}: no folder for {listed(absent)}")
    found = {name: _videos_in(folders[name]) for name in names}
    if empty := [name for name, videos in found.items() if not videos]:
        raise ManifestError(f"{source}: no video in the folder of {listed(empty)}")
    return ActionSet(names, tuple(Act(file, label) for label, name in enumerate(names) for file in found[name]))


def _videos_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in EXTENSIONS and path.is_file())


def _rows(source: Path, root: Path) -> Iterator[Row]:
    text = source.read_text(encoding="utf-8-sig")
    if source.suffix == ".json":
        yield from _something_something(json.loads(text), root)
    elif "youtube_id" in text.partition("\n")[0]:
        yield from _kinetics(csv.DictReader(text.splitlines()), root)
    else:
        yield from _paths(text, root)


def _kinetics(rows: Iterable[Mapping[str, str]], root: Path) -> Iterator[Row]:
    for row in rows:
        label, name = row.get("label") or "", row["youtube_id"]
        timed = f"{name}_{int(float(row['time_start'])):06}_{int(float(row['time_end'])):06}"
        folders = (root / label, root / label.replace(" ", "_"), root)
        yield Row(timed, tuple(folder / stem for folder in folders for stem in (f"{timed}.mp4", f"{name}.mp4")), label)


def _something_something(records: Iterable[Mapping[str, object]], root: Path) -> Iterator[Row]:
    for record in records:
        name = str(record["id"])
        # A template's places for things are in brackets, which the list of classes leaves out.
        label = re.sub(r"[\[\]]", "", str(record.get("template") or ""))
        yield Row(name, (root / f"{name}.webm", root / f"{name}.mp4"), label)


def _paths(text: str, root: Path) -> Iterator[Row]:
    for line in filter(str.strip, text.splitlines()):
        name, *label = (part.strip() for part in line.strip().rsplit("," if "," in line else None, 1))
        yield Row(name, (root / name,), label[0] if label else "")


def of_rows(source: Path, rows: Sequence[Row], classes: Sequence[str] | None) -> ActionSet:
    """The set that a list makes of what is there; raises ManifestError."""
    if without := [row.name for row in rows if not row.label]:
        raise ManifestError(f"{source}: {listed(without)} have no label")
    if twice := [name for name, count in Counter(row.name for row in rows).items() if count > 1]:
        raise ManifestError(f"{source}: {listed(twice)} are there twice")
    given = sorted({row.label for row in rows}, key=_in_order)
    names = _checked(list(classes) if classes is not None else given, source)
    numbers = {name: number for number, name in enumerate(names)}
    if classes is not None:
        numbers = {**{str(number): number for number in range(len(names))}, **numbers}
    if strange := [label for label in given if label not in numbers]:
        raise ManifestError(f"{source}: {listed(strange)} are none of the {len(names)} classes")
    found = [(row, next((place for place in row.places if place.is_file()), None)) for row in rows]
    acts = tuple(Act(file, numbers[row.label]) for row, file in found if file is not None)
    if not acts:
        raise ManifestError(f"{source}: none of its {len(rows)} videos is there, such as {rows[0].places[0]}")
    return ActionSet(names, acts, tuple(row.name for row, file in found if file is None))


def _in_order(label: str) -> tuple[int, str]:
    """Numbers as numbers, before names."""
    return (int(label), "") if label.isdecimal() else (1 << 62, label)


def _checked(names: Sequence[str], source: Path) -> tuple[str, ...]:
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise ManifestError(f"{source}: the classes {listed(twice)} are there twice")
    if len(names) < 2:
        raise ManifestError(f"{source}: two classes or more are needed, got {list(names)}")
    return tuple(names)
