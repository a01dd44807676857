"""Files beside a video that are its own by their names: `film.srt`, `film.pt-BR.srt`, `film.mp4.srt` of `film.mp4`."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.paths import folder_of, joined
from data.sources import files
from data.sources.source import Stamp
from data.types import Location

# What stands between the name of a video and an ending: a language, "forced", "sdh".
_MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A file, and what stands in its name behind that of the video."""

    path: Path
    stamp: Stamp
    words: tuple[str, ...]


class Sidecars:
    """Of the videos of one run: each folder is looked into once."""

    def __init__(self, endings: Collection[str], of_videos: Collection[str]) -> None:
        self._endings, self._of_videos = endings, of_videos
        self._folders: dict[bytes, dict[bytes, list[Sidecar]]] = {}

    def of(self, place: Location) -> list[Sidecar]:
        """By their names; none of a source whose videos have no neighbours, nor in a folder that can't be read."""
        if place.source != files.NAME:
            return []
        path = joined(place.root, place.path)
        folder, name = folder_of(path), os.path.basename(path)
        if folder not in self._folders:
            self._folders[folder] = self._looked_into(folder)
        return self._folders[folder].get(os.path.splitext(name)[0], []) + self._folders[folder].get(name, [])

    def _looked_into(self, folder: bytes) -> dict[bytes, list[Sidecar]]:
        """By the name of what they belong to, with or without its ending."""
        try:
            with os.scandir(folder) as found:
                names = {entry.name: entry for entry in found}
        except OSError:
            return {}
        stems = {os.path.splitext(name)[0] for name in names if _ending(name) in self._of_videos} | names.keys()
        belonging: dict[bytes, list[Sidecar]] = defaultdict(list)
        for name in sorted(names):
            if _ending(name) in self._endings and (owner := _owner(name, stems)) is not None:
                belonging[owner] += _sidecar(names[name], name[len(owner) :])
        return belonging


def stamp_of(sidecars: Sequence[Sidecar]) -> str:
    """Another one as soon as one of them comes, goes or changes."""
    told = sorted((os.fsencode(each.path), each.stamp.size_bytes, each.stamp.mtime_ns) for each in sidecars)
    return hashlib.blake2b(repr(told).encode(), digest_size=16).hexdigest()


def _owner(name: bytes, stems: Collection[bytes]) -> bytes | None:
    """The longest name of a video that it begins with: `film.part2.srt` is that of `film.part2.mp4`, where that is."""
    owner = os.path.splitext(name)[0]
    for _ in range(_MOST_WORDS + 1):
        if owner in stems:
            return owner
        owner, dot, _ = owner.rpartition(b".")
        if not dot:
            return None
    return None


def _sidecar(entry: "os.DirEntry[bytes]", rest: bytes) -> list[Sidecar]:
    try:
        status = entry.stat()
        is_file = entry.is_file()
    except OSError:
        return []
    words = tuple(os.fsdecode(os.path.splitext(rest)[0]).split(".")[1:])
    return [Sidecar(Path(os.fsdecode(entry.path)), Stamp(status.st_size, status.st_mtime_ns), words)] if is_file else []


def _ending(name: bytes) -> str:
    return os.fsdecode(os.path.splitext(name)[1]).lower()
