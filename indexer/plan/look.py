"""A look at the roots: what is there, what is not any more, and what can't be told."""

import os
from collections.abc import Set
from dataclasses import replace
from pathlib import Path

from data.paths import is_within, joined
from data.remote.errors import RemoteError
from data.sources.disks import Disks
from data.sources.fence import Fence
from data.sources.registry import name_of_source, source_of
from data.sources.source import Entry, Walk
from data.stores.catalog import Catalog
from data.types import Location
from data.wording import counted
from indexer.plan.discover import discover
from indexer.progress import Reporter
from indexer.report import Report


class UnknownPath(Exception):
    """A path that is not there and never was."""


class NothingKnown(Exception):
    """No path was given, and the library has no root to look at."""


class Look:
    """`found` and `missed` grow with each path that is looked at; what a person should know is told."""

    def __init__(self, catalog: Catalog, fence: Fence, report: Report, reporter: Reporter) -> None:
        self._catalog, self._fence, self._report, self._reporter = catalog, fence, report, reporter
        self._walks: list[Walk] = []
        self.found: list[Entry] = []
        self.missed: list[Location] = []

    def at(self, paths: list[bytes], *, and_roots: bool) -> None:
        """Walk these paths, and all known roots when there are none. Raises UnknownPath and NothingKnown."""
        roots = self._catalog.roots()
        paths = [*paths, *roots] if and_roots or not paths else paths
        if not paths:
            raise NothingKnown("no folder is known yet: name one to index")
        for path in paths:
            if not any(is_within(path, root) for root in roots) and not _is_there(path):
                raise UnknownPath(f"{os.fsdecode(path)}: no such file or folder")
        self._catalog.readmit(paths)
        forgotten = frozenset(each.path for each in self._catalog.forgotten())
        self._fence = replace(self._fence, forgotten=forgotten)
        for path in _outermost(paths, forgotten):
            self._look_at(path)

    def remember(self) -> None:
        """Say which disks were there: files that were recorded until now have been seen on them."""
        disks: dict[bytes, Disks] = {}
        for walk in self._walks:
            if walk.disks is None:
                continue
            if walk.root in disks:
                disks[walk.root].add(walk.disks)
            else:
                disks[walk.root] = walk.disks
        for root, each in disks.items():
            self._catalog.remember_disks(root, each.to_remember())

    def _look_at(self, path: bytes) -> None:
        try:
            root = self._root_of(path)
            walk = None if root is None else discover(self._catalog, root, path, self._fence)
        except OSError as error:
            self._say_missing(os.fsdecode(path), f"can't be looked at ({error.strerror or error})")
            return
        if root is None:
            return
        if walk is None:
            self._say_missing(os.fsdecode(path), "nothing is there now")
            return
        self._take(walk)
        if path == root and not walk.unreadable:
            self._catalog.walked(root)

    def _root_of(self, path: bytes) -> bytes | None:
        """The known root that holds it, or it as a new one; None where it holds no video."""
        root = next((root for root in self._catalog.roots() if is_within(path, root)), None)
        if root is not None:
            return root
        peek = source_of(path).peek(path, self._fence)
        if peek.is_worth:
            return self._catalog.add_root(path, name_of_source(path))
        self._say_unreadable(peek.unreadable)
        self._report.others.update(peek.others)
        return None

    def _take(self, walk: Walk) -> None:
        self._walks.append(walk)
        self._say_unreadable(walk.unreadable)
        self._say_kept(walk)
        self._say_forgotten(walk.forgotten)
        self.missed += walk.missed
        self.found += walk.found
        self._report.gone += len(walk.missed)
        self._report.others.update(walk.others)

    def _say_missing(self, place: str, why: str) -> None:
        self._report.missing.append(Path(place))
        self._reporter.say(f"{place}: {why}; what is known of it stays")

    def _say_unreadable(self, folders: list[bytes]) -> None:
        for folder in folders:
            self._report.unreadable.append(Path(os.fsdecode(folder)))
            self._reporter.say(f"{os.fsdecode(folder)}: can't be read; what is known of it stays")

    def _say_kept(self, walk: Walk) -> None:
        for folder, count in sorted(walk.kept.items()):
            place = os.fsdecode(joined(walk.root, folder))
            self._report.missing.append(Path(place))
            self._reporter.say(
                f"{place}: another disk is there than before, or none; what is known of {counted(count, 'file')} stays "
                f"(`sceneseek forget` drops it)"
            )

    def _say_forgotten(self, paths: list[bytes]) -> None:
        for path in paths:
            self._reporter.say(
                f"{os.fsdecode(path)}: was forgotten and stays out; `sceneseek index` with it lets it in"
            )


def _is_there(path: bytes) -> bool:
    """Raises RemoteError, with the address, where nobody can tell."""
    try:
        return source_of(path).is_there(path)
    except RemoteError as error:
        raise RemoteError(error.errno or 0, f"{os.fsdecode(path)}: {error}") from None


def _outermost(paths: list[bytes], forgotten: Set[bytes]) -> list[bytes]:
    """Without those that a walk of another comes to; outer ones first, so that a root is not adopted on the way."""
    distinct = sorted(set(paths), key=len)
    return [path for path in distinct if not any(_leads_to(each, path, forgotten) for each in distinct if each != path)]


def _leads_to(outer: bytes, inner: bytes, forgotten: Set[bytes]) -> bool:
    return is_within(inner, outer) and not any(is_within(inner, out) and is_within(out, outer) for out in forgotten)
