"""Videos that lie behind a network: an object store, or a web server. Credentials are the environment's, never ours."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from data.durable import is_absence
from data.media.captions.formats import EXTENSIONS as SIDECARS
from data.media.signatures import AMBIGUOUS, HEAD_BYTES, holds_pictures
from data.paths import beneath, is_within, joined
from data.remote.errors import RemoteError, is_answer
from data.remote.opening import open_address, server_for
from data.remote.ranged import Head, Reading
from data.remote.server import Server, Sieve
from data.sources.fence import Fence
from data.sources.source import Entry, Known, Opened, Peek, Stamp, Walk
from data.sources.walk import is_not_entered, is_video_name
from data.types import Location

# For who streams to many: what one of them holds in memory, and how long one of them waits.
_STREAMED = Reading(longest_bytes=1 << 20, patience_s=20.0)


class Remote:
    """The source of every root that is an address of its scheme.

    What tells one state of an object from another is its size and the tag that the server gives it; its time says
    nothing more, and an object that is written anew with the same bytes has not changed.
    """

    def __init__(self, scheme: str) -> None:
        self._name = scheme

    @property
    def _server(self) -> Server:
        return server_for(self._name)

    def canonical(self, given: bytes) -> bytes:
        """As a catalogue names it. Raises UnusableAddress."""
        return self._server.canonical(given)

    def is_there(self, path: bytes) -> bool:
        try:
            next(self._server.below(path, Sieve(lambda _: True, lambda _: True)), None)
        except RemoteError as error:
            if is_absence(error):
                return False
            raise
        return True

    def peek(self, root: bytes, fence: Fence) -> Peek:
        look = _Look(self._server, root, fence, Known())
        is_worth = next(look.found(root), None) is not None
        return Peek(is_worth, sorted(look.sieve.unreadable), look.others)

    def walk(self, root: bytes, within: bytes, fence: Fence, known: Known) -> Walk | None:
        """An empty listing is one of a server that has lost its disk as well: nothing is concluded from that."""
        look = _Look(self._server, root, fence, known)
        try:
            found = {path: self._entry(root, path, head, known) for path, head in look.found(within)}
        except RemoteError as error:
            if is_absence(error):
                return None
            raise
        if not (found or look.has_met_any):
            return None
        missed = []
        for path, place in known.locations.items():
            address = joined(root, path)
            if path in found or place.state == "gone" or not is_within(address, within):
                continue
            if look.was_left_out(address):
                found[path] = self._as_known(place)
            elif not _lies_in(address, look.sieve.unreadable):
                head = look.head_of(address)
                if head is not None:
                    found[path] = self._entry(root, path, head, known)
                elif not _lies_in(address, look.sieve.unreadable):
                    missed.append(place)
        entries = [found[path] for path in sorted(found)]
        unreadable = sorted(look.sieve.unreadable)
        return Walk(root, entries, missed, unreadable, forgotten=sorted(look.forgotten), others=look.others)

    def look(self, root: bytes, path: bytes) -> Stamp:
        return _stamp(self._server.head(joined(root, path)))

    def open(self, root: bytes, path: bytes) -> Opened:
        address = joined(root, path)
        head = self._server.head(address)
        return Opened(open_address(address, head, _STREAMED), _stamp(head), _mark(head))

    def mark(self, root: bytes, path: bytes) -> tuple[object, ...]:
        return _mark(self._server.head(joined(root, path)))

    def address(self, root: bytes, path: bytes) -> Path:
        return Path(os.fsdecode(joined(root, path)))

    def _entry(self, root: bytes, path: bytes, head: Head, known: Known) -> Entry:
        return Entry(self._name, root, path, _stamp(head), self.address(root, path), known.locations.get(path))

    def _as_known(self, place: Location) -> Entry:
        """In an excluded folder, which was not looked into."""
        stamp = Stamp(place.size_bytes, place.mtime_ns, place.tag)
        return Entry(self._name, place.root, place.path, stamp, self.address(place.root, place.path), place)


class _Look:
    """One look at a listing, through a fence."""

    def __init__(self, server: Server, root: bytes, fence: Fence, known: Known) -> None:
        self._server, self._root, self._fence, self._known = server, root, fence, known
        self._excluded: set[bytes] = set()
        self.forgotten: set[bytes] = set()
        self.others: Counter[bytes] = Counter()
        self.sieve = Sieve(self._wants, self._enters)

    @property
    def has_met_any(self) -> bool:
        return bool(self.others or self.forgotten or self._excluded or self.sieve.unreadable)

    def was_left_out(self, address: bytes) -> bool:
        return _lies_in(address, self._excluded)

    def found(self, within: bytes) -> Iterator[tuple[bytes, Head]]:
        """Videos by their path below the root."""
        for address, head in self._server.below(within, self.sieve):
            path = beneath(address, self._root)
            if address != within and self._is_other(address, path, head):
                self._count(address)
            else:
                yield path, head

    def head_of(self, address: bytes) -> Head | None:
        """Of what was known and is not listed: a page may be another than it was. None where it is gone, or unreadable.

        Raises RemoteError.
        """
        try:
            return self._server.head(address)
        except RemoteError as error:
            if is_answer(error):
                self.sieve.unreadable.add(address)
            elif not is_absence(error):
                raise
        return None

    def _wants(self, address: bytes) -> bool:
        if address in self._fence.forgotten:
            self.forgotten.add(address)
            return False
        if beneath(address, self._root) in self._known.locations or is_video_name(os.path.basename(address)):
            return True
        self._count(address)
        return False

    def _enters(self, folder: bytes) -> bool:
        if folder in self._fence.forgotten:
            self.forgotten.add(folder)
            return False
        if self._fence.chosen.leaves_out(beneath(folder, self._root)):
            self._excluded.add(folder)
            return False
        return not is_not_entered(os.path.basename(folder))

    def _is_other(self, address: bytes, path: bytes, head: Head) -> bool:
        """Whether it has the name of a video and is something else."""
        known = self._known.locations.get(path)
        if _ending(address) not in AMBIGUOUS or (known is not None and known.video_id is not None):
            return False
        with open_address(address, head) as file:
            return not holds_pictures(file.read(HEAD_BYTES))

    def _count(self, address: bytes) -> None:
        name = os.path.basename(address)
        if not name.startswith(b".") and _ending(name) not in SIDECARS:
            self.others[os.path.splitext(name)[1].lower()] += 1


def _stamp(head: Head) -> Stamp:
    return Stamp(head.size_bytes, 0, head.tag)


def _mark(head: Head) -> tuple[object, ...]:
    return head.size_bytes, head.tag


def _ending(name: bytes) -> str:
    return os.fsdecode(os.path.splitext(name)[1]).lower()


def _lies_in(address: bytes, folders: set[bytes]) -> bool:
    return any(is_within(address, folder) for folder in folders)
