"""Which files there are, and which of them need work."""

import os
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from data.paths import is_within, joined
from data.sources.disks import Disks, and_above
from data.sources.walk import NO_FENCE, Fence, Walker, own_name, relative
from data.stores.catalog import Catalog
from data.types import Location

# Failures whose cause may go away while the file stays as it is: these are always tried again.
PASSING_STAGES = frozenset({"read", "settle", "exclude", "memory"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a walk saw, and what the catalogue knew of it; `tag` where its source gives each state one."""

    root: bytes
    path: bytes
    size_bytes: int
    mtime_ns: int
    known: Location | None
    source: str = "files"
    tag: str | None = None

    @property
    def file(self) -> Path:
        return Path(os.fsdecode(joined(self.root, self.path)))

    @property
    def is_untouched(self) -> bool:
        """Nothing about it has changed since the last look."""
        known = self.known
        return known is not None and (known.size_bytes, known.mtime_ns, known.tag) == self._stamp

    @property
    def is_as_indexed(self) -> bool:
        """It holds what was indexed there: `known.video_id` is its content."""
        known = self.known
        if known is None:
            return False
        return (known.indexed_size_bytes, known.indexed_mtime_ns, known.indexed_tag) == self._stamp

    @property
    def _stamp(self) -> tuple[int, int, str | None]:
        return self.size_bytes, self.mtime_ns, self.tag

    def has_changed(self) -> bool:
        """Whether the file is not, at this moment, what the walk saw."""
        try:
            stat = self.file.stat()
        except OSError:
            return True
        return (stat.st_size, stat.st_mtime_ns) != (self.size_bytes, self.mtime_ns)


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk of (a part of) one root.

    `missed` are files that were there before, in folders that could be read and on a disk that is still there; `kept`
    counts those of which nothing can be concluded, by the folder whose disk went or is another. `forgotten` and
    `others` are what was left alone.
    """

    root: bytes
    found: list[Found]
    missed: list[Location]
    unreadable: list[bytes]
    kept: Counter[bytes]
    disks: Disks
    forgotten: list[bytes]
    others: Counter[bytes]


def discover(catalog: Catalog, root: bytes, within: bytes, fence: Fence = NO_FENCE) -> Walk | None:
    """Look at everything below `within`, a part of `root`; None when nothing at all is there.

    A disk that is not mounted looks like that, so nothing is concluded from it.
    """
    locations = catalog.locations(root)
    within = own_name(within, root)
    walker = Walker(root, fence, {path for path, location in locations.items() if location.video_id is not None})
    seen = {relative(file, root): stat for file, stat in walker.files(within)}
    if not (seen or walker.unreadable or walker.excluded or walker.forgotten):
        return None
    found = {
        path: Found(root, path, stat.st_size, stat.st_mtime_ns, locations.get(path)) for path, stat in seen.items()
    }
    disks = Disks(
        root, catalog.disks(root), [each.known for each in found.values() if each.known and each.is_untouched]
    )
    missed: list[Location] = []
    for path, location in locations.items():
        file = joined(root, path)
        if path in found or location.state == "gone" or not is_within(file, within):
            continue
        again = _looked_for(walker, location)
        if again is not None:
            found[path] = again
        elif not _lies_in(file, walker.unreadable) and not disks.keep(path):
            missed.append(location)
    disks.saw(walker.devices, locations.values())
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


def _looked_for(walker: Walker, location: Location) -> Found | None:
    """A file that the walk did not come by: in an excluded folder, or once named on purpose."""
    file = joined(location.root, location.path)
    if _lies_in(file, walker.excluded):
        # The folder was not entered, perhaps for a reason: nor is the disk asked now.
        return Found(location.root, location.path, location.size_bytes, location.mtime_ns, location)
    stat = None if _lies_in(file, walker.elsewhere) else walker.stat_of_file(file)
    if stat is None or (location.video_id is None and walker.is_other(file)):
        return None
    return Found(location.root, location.path, stat.st_size, stat.st_mtime_ns, location)


def _outermost(places: AbstractSet[bytes]) -> list[bytes]:
    """Without what lies in another of them, as each known file below a folder that can't be read does."""
    return sorted(place for place in places if not _lies_in(os.path.dirname(place), places))


def _lies_in(path: bytes, folders: AbstractSet[bytes]) -> bool:
    return bool(folders) and any(folder in folders for folder in and_above(path))
