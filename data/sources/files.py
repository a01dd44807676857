"""Files and folders of this machine, and of whatever is mounted on it."""

import os
import stat
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from io import BytesIO
from pathlib import Path

from data.paths import is_within, joined
from data.sources.disks import Disks, and_above
from data.sources.fence import Fence
from data.sources.source import Entry, Known, Opened, Peek, Stamp, Walk
from data.sources.walk import Walker, own_name, relative
from data.types import Location

NAME = "files"
# Of what is no file: like that of none.
_NO_FILE = Stamp(-1, -1)


class Files:
    """The source of every root that is an absolute path."""

    def is_there(self, path: bytes) -> bool:
        return os.path.exists(path)

    def peek(self, root: bytes, fence: Fence) -> Peek:
        walker = Walker(root, fence)
        is_worth = next(walker.files(root), None) is not None
        return Peek(is_worth, sorted(walker.unreadable), walker.others)

    def walk(self, root: bytes, within: bytes, fence: Fence, known: Known) -> Walk | None:
        """A disk that is not mounted looks like a folder with nothing in it, so nothing is concluded from that."""
        within = own_name(within, root)
        indexed = {path for path, location in known.locations.items() if location.video_id is not None}
        walker = Walker(root, fence, indexed)
        seen = {relative(file, root): _stamp(stat) for file, stat in walker.files(within)}
        if not (seen or walker.unreadable or walker.excluded or walker.forgotten):
            return None
        found = {path: self._entry(root, path, stamp, known) for path, stamp in seen.items()}
        disks = Disks(root, known.disks, [each.known for each in found.values() if each.known and each.is_untouched])
        missed: list[Location] = []
        for location in _not_met(known, seen.keys(), within):
            again = self._looked_for(walker, location)
            if again is not None:
                found[location.path] = again
            elif not _lies_in(joined(root, location.path), walker.unreadable) and not disks.keep(location.path):
                missed.append(location)
        disks.saw(walker.devices, known.locations.values())
        return Walk(
            root=root,
            found=[found[path] for path in sorted(found)],
            missed=missed,
            unreadable=_outermost(walker.unreadable),
            kept=Counter(disks.kept),
            disks=disks,
            forgotten=sorted(walker.forgotten),
            others=walker.others,
        )

    def look(self, root: bytes, path: bytes) -> Stamp:
        return _stamp(os.stat(joined(root, path)))

    def open(self, root: bytes, path: bytes) -> Opened:
        # A pipe that took the file's place must not block.
        descriptor = os.open(joined(root, path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            return Opened(BytesIO(), _NO_FILE, _mark(status))
        return Opened(os.fdopen(descriptor, "rb"), _stamp(status), _mark(status))

    def mark(self, root: bytes, path: bytes) -> tuple[object, ...]:
        return _mark(os.stat(joined(root, path)))

    def address(self, root: bytes, path: bytes) -> Path:
        return Path(os.fsdecode(joined(root, path)))

    def _entry(self, root: bytes, path: bytes, stamp: Stamp, known: Known) -> Entry:
        return Entry(NAME, root, path, stamp, self.address(root, path), known.locations.get(path))

    def _looked_for(self, walker: Walker, location: Location) -> Entry | None:
        """A file that the walk did not come by: in an excluded folder, or once named on purpose."""
        file, known = joined(location.root, location.path), Known({location.path: location})
        if _lies_in(file, walker.excluded):
            # The folder was not entered, perhaps for a reason: nor is the disk asked now.
            stamp = Stamp(location.size_bytes, location.mtime_ns)
            return self._entry(location.root, location.path, stamp, known)
        status = None if _lies_in(file, walker.elsewhere) else walker.stat_of_file(file)
        if status is None or (location.video_id is None and walker.is_other(file)):
            return None
        return self._entry(location.root, location.path, _stamp(status), known)


def _stamp(status: os.stat_result) -> Stamp:
    return Stamp(status.st_size, status.st_mtime_ns)


def _mark(status: os.stat_result) -> tuple[int, ...]:
    # Nobody can set a ctime, while a copy has another's size and mtime.
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _not_met(known: Known, seen: AbstractSet[bytes], within: bytes) -> Iterator[Location]:
    """Files that were there before, and that a walk below `within` did not come by."""
    for path, location in known.locations.items():
        if path not in seen and location.state != "gone" and is_within(joined(location.root, path), within):
            yield location


def _outermost(places: AbstractSet[bytes]) -> list[bytes]:
    """Without what lies in another of them, as each known file below a folder that can't be read does."""
    return sorted(place for place in places if not _lies_in(os.path.dirname(place), places))


def _lies_in(path: bytes, folders: AbstractSet[bytes]) -> bool:
    return bool(folders) and any(folder in folders for folder in and_above(path))
