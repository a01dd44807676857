"""Sets of actions whose lists are their own: Kinetics, UCF101 and HMDB51."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from data.actions import ActionSet, Row, of_rows, read_actions
from data.manifests import ManifestError
from data.records import columns_by_space, lines_of

_SPLITS = ("1", "2", "3")
# What a line of HMDB51 says of a video that is tested on.
_TESTED = "2"


@dataclass(frozen=True, slots=True)
class Actions:
    """How a set is read; the first split is the usual one, and `usual` the number of its classes."""

    splits: tuple[str, ...]
    usual: int
    read: Callable[[Path, str], ActionSet]


def _kinetics(root: Path, split: str) -> ActionSet:
    file = root / f"{split}.csv"
    if not file.is_file():
        raise ManifestError(f"{file}: is not there; the table of the split, with label, youtube_id and times")
    folder = root / split
    return read_actions(file, root=folder if folder.is_dir() else root)


def _ucf101(root: Path, split: str) -> ActionSet:
    lists = root / "ucfTrainTestlist"
    classes = [row[1] for row in columns_by_space(lists / "classInd.txt", 2)]
    file = lists / f"testlist0{split}.txt"
    rows = [Row(name, (root / "UCF-101" / name,), Path(name).parent.name) for name in lines_of(file)]
    return _in_words(of_rows(file, rows, classes))


def _hmdb51(root: Path, split: str) -> ActionSet:
    lists = root / "testTrainMulti_7030_splits"
    ending = f"_test_split{split}.txt"
    files = sorted(lists.glob(f"*{ending}"))
    if not files:
        raise ManifestError(f"{lists}: no list of a class for split {split}, such as brush_hair{ending}")
    rows = [
        Row(name, (root / "videos" / label / name, root / label / name), label)
        for file, label in ((file, file.name.removesuffix(ending)) for file in files)
        for name, use in columns_by_space(file, 2)
        if use == _TESTED
    ]
    return _in_words(of_rows(lists, rows, None))


def _in_words(names: ActionSet) -> ActionSet:
    """Classes as sentences say them: `ApplyEyeMakeup` and `brush_hair` are words in one."""
    classes = (re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).lower() for name in names.classes)
    return ActionSet(tuple(classes), names.acts, names.missing)


ACTIONS = {
    "kinetics400": Actions(("val", "test"), 400, _kinetics),
    "kinetics600": Actions(("val", "test"), 600, _kinetics),
    "kinetics700": Actions(("val", "test"), 700, _kinetics),
    "ucf101": Actions(_SPLITS, 101, _ucf101),
    "hmdb51": Actions(_SPLITS, 51, _hmdb51),
}
