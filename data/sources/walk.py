"""A walk through folders: the video files below them, and what it met besides."""

import os
from collections import Counter
from collections.abc import Container, Iterator
from pathlib import Path
from stat import S_ISREG

from data.durable import is_absence
from data.media.captions.formats import EXTENSIONS as SIDECARS
from data.media.reading import EXTENSIONS
from data.media.signatures import AMBIGUOUS, HEAD_BYTES, holds_pictures
from data.paths import is_within, joined
from data.sources.fence import NO_FENCE, Fence

_EXTENSIONS = frozenset(os.fsencode(extension) for extension in EXTENSIONS)
_SIDECARS = frozenset(os.fsencode(extension) for extension in SIDECARS)
_AMBIGUOUS = frozenset(os.fsencode(extension) for extension in AMBIGUOUS)
# What was thrown away, and what network storage, media servers and file systems keep for themselves.
_NOT_ENTERED = frozenset(
    name.encode()
    for name in (
        "$recycle.bin",
        "recycler",
        "recycled",
        "#recycle",
        "@recycle",
        "network trash folder",
        "lost.dir",
        "lost+found",
        "system volume information",
        "temporary items",
        "@eadir",
        "#snapshot",
        "~snapshot",
        "@recently-snapshot",
    )
)


class Walker:
    """Walks once below a part of `root`; what it met is told when its files have been taken.

    `unreadable` could not be looked into, `elsewhere` are further names of folders, `excluded` and `forgotten` were
    met and left alone, `devices` are folders (relative) where another device begins than above them, and `others`
    counts files that are no videos by their endings. `indexed` are relative paths whose first bytes need not be read.
    """

    def __init__(self, root: bytes, fence: Fence = NO_FENCE, indexed: Container[bytes] = frozenset()) -> None:
        self._root, self._fence, self._indexed = root, fence, indexed
        self.unreadable: set[bytes] = set()
        self.elsewhere: set[bytes] = set()
        self.excluded: set[bytes] = set()
        self.forgotten: set[bytes] = set()
        self.devices: dict[bytes, int] = {}
        self.others: Counter[bytes] = Counter()
        # Each with the device of the folder that it is in.
        self._folders: list[tuple[bytes, int | None]] = []
        self._behind_links: list[tuple[bytes, int | None]] = []
        # Folders that have been looked into, or need not be.
        self._is_readable: dict[tuple[int, int] | None, bool] = {fence.library: True}

    def files(self, top: bytes) -> Iterator[tuple[bytes, os.stat_result]]:
        """Video files below `top`, or `top` itself when it is a file, whatever its name.

        Each folder is looked into once, by its own name when the root holds it.
        """
        stat = self.stat_of_file(top)
        if stat is not None:
            yield top, stat
            return
        self._folders.append((top, _device_above(top, self._root)))
        while self._folders or self._behind_links:
            is_behind_link = not self._folders
            folder, device_above = (self._folders or self._behind_links).pop()
            device, entries = self._look_into(folder, device_above, is_behind_link=is_behind_link)
            for entry in entries:
                try:
                    if entry.path in self._fence.forgotten:
                        self.forgotten.add(entry.path)
                    elif entry.is_dir():
                        self._enter_later(entry, device, is_behind_link=is_behind_link)
                    elif entry.is_file() and self._is_video(entry):
                        yield entry.path, entry.stat()
                except OSError as error:
                    self._note(entry.path, error)

    def stat_of_file(self, path: bytes) -> os.stat_result | None:
        """None when no file is there, or it can't be asked."""
        try:
            found = os.stat(path)
        except OSError as error:
            self._note(path, error)
            return None
        return found if S_ISREG(found.st_mode) else None

    def is_other(self, path: bytes) -> bool:
        """Whether a file has the name of a video and is something else."""
        try:
            return os.path.splitext(path)[1].lower() in _AMBIGUOUS and not holds_pictures(_head(path))
        except OSError as error:
            self._note(path, error)
            return False

    def _look_into(
        self, folder: bytes, device_above: int | None, *, is_behind_link: bool
    ) -> tuple[int | None, list[os.DirEntry[bytes]]]:
        """The folder's device and its entries, none when it can't be read or has another name."""
        try:
            here = os.stat(folder)
            place = here.st_dev, here.st_ino
            if place in self._is_readable or (is_behind_link and own_name(folder, self._root) != folder):
                (self.elsewhere if self._is_readable.get(place, True) else self.unreadable).add(folder)
                return None, []
            if here.st_dev != device_above:
                self.devices[relative(folder, self._root)] = here.st_dev
            self._is_readable[place] = False
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            self._note(folder, error)
            return None, []
        self._is_readable[place] = True
        return here.st_dev, [entry for entry in entries if not entry.name.startswith(b".")]

    def _enter_later(self, entry: os.DirEntry[bytes], device: int | None, *, is_behind_link: bool) -> None:
        if is_not_entered(entry.name):
            return
        if self._fence.chosen.leaves_out(relative(entry.path, self._root)):
            self.excluded.add(entry.path)
            return
        later = self._behind_links if is_behind_link or entry.is_symlink() else self._folders
        later.append((entry.path, device))

    def _is_video(self, entry: os.DirEntry[bytes]) -> bool:
        ending = os.path.splitext(entry.name)[1].lower()
        is_known = ending in _AMBIGUOUS and relative(entry.path, self._root) in self._indexed
        if ending in _EXTENSIONS and (is_known or ending not in _AMBIGUOUS or holds_pictures(_head(entry.path))):
            return True
        if ending not in _SIDECARS:
            self.others[ending] += 1
        return False

    def _note(self, path: bytes, error: OSError) -> None:
        """A file that can't be asked is not one that is gone."""
        if not is_absence(error):
            self.unreadable.add(path)


def relative(path: bytes, root: bytes) -> bytes:
    """A path below the root; the root itself is empty."""
    return b"" if path == root else os.path.relpath(path, root)


def own_name(folder: bytes, root: bytes) -> bytes:
    """What a walk of `root` calls a folder that is reached through links; the same when only links lead there."""
    real, real_root = os.path.realpath(folder), os.path.realpath(root)
    if not os.path.isdir(real) or not is_within(real, real_root):
        return folder
    below = relative(real, real_root)
    return folder if any(map(is_not_entered, below.split(b"/"))) else joined(root, below)


def is_video_name(name: bytes) -> bool:
    """Whether a file of that name may be a video; of some endings only the first bytes tell."""
    return not name.startswith(b".") and os.path.splitext(name)[1].lower() in _EXTENSIONS


def is_not_entered(name: bytes) -> bool:
    """Whether a folder is left alone: hidden, thrown away, or somebody else's own."""
    plain = name.lower()
    return name.startswith(b".") or plain in _NOT_ENTERED or plain.endswith(b".trickplay")


def _device_above(top: bytes, root: bytes) -> int | None:
    """None at the root, so that its device is always told."""
    try:
        return None if top == root else os.stat(os.path.dirname(top)).st_dev
    except OSError:
        return None


def _head(path: bytes) -> bytes:
    with Path(os.fsdecode(path)).open("rb", buffering=0) as file:
        return file.read(HEAD_BYTES)


def is_sidecar_name(name: bytes) -> bool:
    """Whether a file called so may belong to a video beside it."""
    return not name.startswith(b".") and os.path.splitext(name)[1].lower() in _SIDECARS
