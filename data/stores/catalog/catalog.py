"""The SQL catalogue: what was seen where, and what each video holds. The write path; `views.py` reads."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, insert, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from data.paths import is_within, joined
from data.stores.catalog import tables
from data.stores.catalog.sqlite import DamagedCatalogue, OtherCatalogue, engine_of, may_be_written
from data.types import Clip, Disk, Forgotten, Location, Shot, Video


def open_catalog(path: Path) -> "Catalog":
    """The catalogue at `path`, made or brought up to date first; only for reading where it must be.

    Raises DamagedCatalogue, CatalogueUnavailable and, for a catalogue of another version, OtherCatalogue.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = engine_of(path, _configure)
    revision = _revision(engine, path)
    if revision == tables.REVISION:
        return Catalog(engine)
    if revision is not None and (revision > tables.REVISION or not revision.isdigit()):
        raise OtherCatalogue(f"{path} was made by a newer Sceneseek: upgrade this one")
    if not may_be_written(path):
        raise OtherCatalogue(f"{path} was made by an older Sceneseek: open it once where it may be written")
    # Alembic takes a quarter of a second to import: only a catalogue that needs it waits for it.
    from data.stores.catalog.migrate import migrate

    migrate(engine)
    return Catalog(engine)


class RootTaken(Exception):
    """Videos are said to lie where another known root is."""


class Catalog:
    """What is written, each method one transaction; `views.py` and `judgments.py` read through `connect`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def connect(self) -> Connection:
        """For reading."""
        return self.engine.connect()

    def begin(self) -> AbstractContextManager[Connection]:
        """For one transaction."""
        return self.engine.begin()

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()

    def roots(self) -> list[bytes]:
        """Absolute paths of every known root, sorted."""
        with self.connect() as connection:
            return list(connection.scalars(select(tables.roots.c.path).order_by(tables.roots.c.path)))

    def add_root(self, root: bytes) -> bytes:
        """The root under which `root` is indexed: a known one that holds it, or itself, adopting inner ones."""
        with self.begin() as connection:
            known: list[bytes] = list(connection.scalars(select(tables.roots.c.path)))
            for outer in known:
                if is_within(root, outer):
                    return outer
            connection.execute(insert(tables.roots).values(path=root))
            for inner in known:
                if is_within(inner, root):
                    _adopt(connection, inner, root)
        return root

    def walked(self, root: bytes) -> None:
        """Note that a walk of `root` has been completed."""
        with self.begin() as connection:
            here = tables.roots.c.path == root
            connection.execute(update(tables.roots).where(here).values(walked_at=datetime.now(UTC)))

    def disks(self, root: bytes) -> dict[bytes, Disk]:
        """Where disks began below `root` when a run last ended, by relative path."""
        with self.connect() as connection:
            rows = connection.execute(select(tables.disks).where(tables.disks.c.root == root))
            return {row.path: Disk(row.device, row.seen_at) for row in rows}

    def remember_disks(self, root: bytes, devices: Mapping[bytes, int | None]) -> None:
        """Say where they begin, in place of what was known; None leaves a folder's as it was."""
        here, now = tables.disks.c.root == root, datetime.now(UTC)
        rows = [
            {"root": root, "path": path, "device": device, "seen_at": now}
            for path, device in devices.items()
            if device is not None
        ]
        kept = [path for path, device in devices.items() if device is None]
        with self.begin() as connection:
            connection.execute(delete(tables.disks).where(here, tables.disks.c.path.not_in(kept)))
            if rows:
                connection.execute(insert(tables.disks), rows)

    def locations(self, root: bytes) -> dict[bytes, Location]:
        """Every file ever seen under `root`, by relative path."""
        with self.connect() as connection:
            rows = connection.execute(select(tables.locations).where(tables.locations.c.root == root))
            return {row.path: Location(**row._mapping) for row in rows}

    def record(self, location: Location) -> None:
        """Write what is known of one file, in place of what was."""
        with self.begin() as connection:
            _put(connection, location)

    def set_gone(self, places: Sequence[Location]) -> None:
        """Say that these files are not there any more, keeping what was indexed of them."""
        chosen = tables.locations.c
        statement = update(tables.locations).where(chosen.root == bindparam("at"), chosen.path == bindparam("of"))
        if places:
            with self.begin() as connection:
                values = {"state": "gone", "stage": None, "reason": "not there any more"}
                connection.execute(statement.values(**values), [{"at": each.root, "of": each.path} for each in places])

    def is_present(self, video_id: str) -> bool:
        """Whether some file that is not gone holds this video."""
        chosen = tables.locations.c
        with self.connect() as connection:
            query = select(chosen.path).where(chosen.video_id == video_id, chosen.state != "gone").limit(1)
            return connection.execute(query).first() is not None

    def store(
        self,
        video: Video,
        fingerprint: str,
        shots: Iterable[Shot],
        clips: Iterable[Clip],
        lost: str | None,
        embedded_at: datetime | None = None,
    ) -> None:
        """Write all rows of an embedded video, in place of any; its shard is on the disk already.

        It counts as embedded now, unless it is said when.
        """
        shot_rows, clip_rows = [asdict(shot) for shot in shots], [asdict(clip) for clip in clips]
        with self.begin() as connection:
            # There are some only when their shard was lost or damaged.
            _drop(connection, [(video.id, fingerprint)])
            _put_video(connection, video)
            connection.execute(
                insert(tables.embeddings).values(
                    video_id=video.id,
                    fingerprint=fingerprint,
                    clip_count=len(clip_rows),
                    lost=lost,
                    embedded_at=embedded_at or datetime.now(UTC),
                )
            )
            if clip_rows:
                connection.execute(insert(tables.shots), shot_rows)
                connection.execute(insert(tables.clips), clip_rows)

    def drop(self, embeddings: Sequence[tuple[str, str]]) -> None:
        """Remove all rows of these (video id, fingerprint), and videos of which nothing is known any more."""
        with self.begin() as connection:
            _drop(connection, embeddings)
            known = select(tables.locations.c.video_id).where(tables.locations.c.video_id.is_not(None))
            unused = tables.videos.c.id.not_in(known) & tables.videos.c.id.not_in(select(tables.embeddings.c.video_id))
            connection.execute(delete(tables.videos).where(unused))

    def drop_orphans(self) -> int:
        """Remove rows that refer to none, and what referred to those; how many that were."""
        count = 0
        with self.connect() as connection:
            # Else a row could not go before those that refer to it, which are orphans only when it has gone.
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            while rows := {(row[0], row[1]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}:
                for table, number in rows:
                    here = literal_column("rowid") == number
                    connection.execute(delete(tables.metadata.tables[table]).where(here))
                count += len(rows)
            connection.commit()
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        return count

    def move_root(self, old: bytes, new: bytes) -> int:
        """Say that what lay at or below `old` lies at `new` now; how many roots that were. Raises RootTaken."""
        with self.begin() as connection:
            known: list[bytes] = list(connection.scalars(select(tables.roots.c.path)))
            # In such an order that none comes to lie where another still is.
            moved = sorted((root for root in known if is_within(root, old)), key=len, reverse=len(new) > len(old))
            for root in moved:
                there = _moved(root, old, new)
                for other in set(known).difference(moved):
                    if is_within(there, other) or is_within(other, there):
                        raise RootTaken(f"{os.fsdecode(there)}: {os.fsdecode(other)} is a known root already")
                walked_at = select(tables.roots.c.walked_at).where(tables.roots.c.path == root).scalar_subquery()
                connection.execute(insert(tables.roots).values(path=there, walked_at=walked_at))
                here = tables.locations.c.root == root
                connection.execute(update(tables.locations).where(here).values(root=there))
                # Another place may be another disk.
                connection.execute(delete(tables.disks).where(tables.disks.c.root == root))
                connection.execute(delete(tables.roots).where(tables.roots.c.path == root))
            for each in _let_in(connection, old):
                there = _moved(each.path, old, new)
                row = upsert(tables.forgotten).values(path=there, forgotten_at=each.forgotten_at)
                connection.execute(row.on_conflict_do_nothing())
        return len(moved)

    def forget(self, path: bytes) -> int:
        """Drop a root, a folder or a file from the catalogue, and keep it out; how many files that were."""
        with self.begin() as connection:
            rows = connection.execute(select(tables.locations.c.root, tables.locations.c.path)).all()
            doomed = [row for row in rows if is_within(joined(row.root, row.path), path)]
            for row in doomed:
                here = (tables.locations.c.root == row.root) & (tables.locations.c.path == row.path)
                connection.execute(delete(tables.locations).where(here))
            dropped = [root for root in connection.scalars(select(tables.roots.c.path)) if is_within(root, path)]
            connection.execute(delete(tables.disks).where(tables.disks.c.root.in_(dropped)))
            connection.execute(delete(tables.roots).where(tables.roots.c.path.in_(dropped)))
            if doomed or dropped:
                _let_in(connection, path)
                connection.execute(insert(tables.forgotten).values(path=path, forgotten_at=datetime.now(UTC)))
        return len(doomed) or len(dropped)

    def forgotten(self) -> list[Forgotten]:
        """What stays out until it is named, by path."""
        with self.connect() as connection:
            return _forgotten(connection)

    def readmit(self, paths: Sequence[bytes]) -> None:
        """Let in again what was forgotten under exactly these paths."""
        named = delete(tables.forgotten).where(tables.forgotten.c.path == bindparam("named"))
        if paths:
            with self.begin() as connection:
                connection.execute(named, [{"named": path} for path in paths])

    def report_progress(self, files_done: int, files_total: int, eta_s: float | None, failed: int) -> None:
        """Say how far the present run has come, for whoever asks the service."""
        with self.begin() as connection:
            connection.execute(delete(tables.progress))
            row = {"id": 1, "files_done": files_done, "files_total": files_total, "eta_s": eta_s, "failed": failed}
            connection.execute(insert(tables.progress).values(**row))


def _moved(path: bytes, old: bytes, new: bytes) -> bytes:
    """Where a path at or below `old` lies when that has become `new`."""
    return joined(new, path[len(old) :].lstrip(b"/"))


def _forgotten(connection: Connection) -> list[Forgotten]:
    rows = connection.execute(select(tables.forgotten).order_by(tables.forgotten.c.path))
    return [Forgotten(**row._mapping) for row in rows]


def _let_in(connection: Connection, path: bytes) -> list[Forgotten]:
    """Take out what was forgotten at or below `path`."""
    found = [each for each in _forgotten(connection) if is_within(each.path, path)]
    for each in found:
        connection.execute(delete(tables.forgotten).where(tables.forgotten.c.path == each.path))
    return found


def _drop(connection: Connection, embeddings: Sequence[tuple[str, str]]) -> None:
    if not embeddings:
        return
    keys = [{"video": video_id, "print": fingerprint} for video_id, fingerprint in embeddings]
    for table in (tables.clips, tables.shots, tables.embeddings):
        chosen = (table.c.video_id == bindparam("video")) & (table.c.fingerprint == bindparam("print"))
        connection.execute(delete(table).where(chosen), keys)


def _put_video(connection: Connection, video: Video) -> None:
    """A later version of the program may see a video otherwise than the one that stored it."""
    facts = {name: value for name, value in asdict(video).items() if name != "id"}
    row = upsert(tables.videos).values(id=video.id, **facts)
    connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=facts))


def _put(connection: Connection, location: Location) -> None:
    values = asdict(location)
    changed = {name: value for name, value in values.items() if name not in ("root", "path")}
    connection.execute(
        upsert(tables.locations).values(**values).on_conflict_do_update(index_elements=["root", "path"], set_=changed)
    )


def _adopt(connection: Connection, inner: bytes, outer: bytes) -> None:
    chosen = tables.locations.c
    prefix = os.path.relpath(inner, outer)
    for path in list(connection.scalars(select(chosen.path).where(chosen.root == inner))):
        here = (chosen.root == inner) & (chosen.path == path)
        connection.execute(update(tables.locations).where(here).values(root=outer, path=joined(prefix, path)))
    known = tables.disks.c
    for path in list(connection.scalars(select(known.path).where(known.root == inner))):
        here = (known.root == inner) & (known.path == path)
        connection.execute(update(tables.disks).where(here).values(root=outer, path=joined(prefix, path)))
    connection.execute(delete(tables.roots).where(tables.roots.c.path == inner))


def _configure(connection: Any, _record: object) -> None:
    connection.executescript(
        "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
    )


def _revision(engine: Engine, path: Path) -> str | None:
    """What the newest migration of a catalogue was, None for a new one."""
    with engine.connect() as connection:
        if connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first() is None:
            return None
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
    if len(found) != 1:
        raise DamagedCatalogue(path, ValueError(f"it has {len(found)} versions"))
    return str(found[0])
