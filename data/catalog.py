"""The SQL catalogue: what was seen where, and what each video holds. The write path; `views.py` reads."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, create_engine, delete, event, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from data import tables
from data.types import Clip, Location, Shot, Video


def open_catalog(path: Path) -> Engine:
    """An engine over the catalogue at `path`, made or brought up to date first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _configure)
    if not _is_up_to_date(engine):
        # Alembic takes a quarter of a second to import: only a catalogue that needs it waits for it.
        from data.migrate import migrate

        migrate(engine)
    return engine


class RootTaken(Exception):
    """Videos are said to lie where another known root is."""


class Catalog:
    """What the indexer writes; each method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def roots(self) -> list[bytes]:
        """Absolute paths of every known root, sorted."""
        with self._engine.connect() as connection:
            return list(connection.scalars(select(tables.roots.c.path).order_by(tables.roots.c.path)))

    def add_root(self, root: bytes) -> bytes:
        """The root under which `root` is indexed: a known one that holds it, or itself, adopting inner ones."""
        with self._engine.begin() as connection:
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
        with self._engine.begin() as connection:
            here = tables.roots.c.path == root
            connection.execute(update(tables.roots).where(here).values(walked_at=datetime.now(UTC)))

    def locations(self, root: bytes) -> dict[bytes, Location]:
        """Every file ever seen under `root`, by relative path."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.locations).where(tables.locations.c.root == root))
            return {row.path: Location(**row._mapping) for row in rows}

    def record(self, location: Location) -> None:
        """Write what is known of one file, in place of what was."""
        with self._engine.begin() as connection:
            _put(connection, location)

    def set_gone(self, places: Sequence[Location]) -> None:
        """Say that these files are not there any more, keeping what was indexed of them."""
        chosen = tables.locations.c
        statement = update(tables.locations).where(chosen.root == bindparam("at"), chosen.path == bindparam("of"))
        if places:
            with self._engine.begin() as connection:
                values = {"state": "gone", "stage": None, "reason": "not there any more"}
                connection.execute(statement.values(**values), [{"at": each.root, "of": each.path} for each in places])

    def is_present(self, video_id: str) -> bool:
        """Whether some file that is not gone holds this video."""
        chosen = tables.locations.c
        with self._engine.connect() as connection:
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
        with self._engine.begin() as connection:
            # There are some only when their shard was lost or damaged.
            _drop(connection, [(video.id, fingerprint)])
            connection.execute(upsert(tables.videos).values(**asdict(video)).on_conflict_do_nothing())
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
        with self._engine.begin() as connection:
            _drop(connection, embeddings)
            known = select(tables.locations.c.video_id).where(tables.locations.c.video_id.is_not(None))
            unused = tables.videos.c.id.not_in(known) & tables.videos.c.id.not_in(select(tables.embeddings.c.video_id))
            connection.execute(delete(tables.videos).where(unused))

    def move_root(self, old: bytes, new: bytes) -> int:
        """Say that what lay at or below `old` lies at `new` now; how many roots that were. Raises RootTaken."""
        with self._engine.begin() as connection:
            known: list[bytes] = list(connection.scalars(select(tables.roots.c.path)))
            moved = [root for root in known if is_within(root, old)]
            for root in moved:
                there = new + root[len(old) :]
                for other in set(known).difference(moved):
                    if is_within(there, other) or is_within(other, there):
                        raise RootTaken(f"{os.fsdecode(there)}: {os.fsdecode(other)} is a known root already")
                walked_at = select(tables.roots.c.walked_at).where(tables.roots.c.path == root).scalar_subquery()
                connection.execute(insert(tables.roots).values(path=there, walked_at=walked_at))
                here = tables.locations.c.root == root
                connection.execute(update(tables.locations).where(here).values(root=there))
                connection.execute(delete(tables.roots).where(tables.roots.c.path == root))
        return len(moved)

    def forget(self, path: bytes) -> int:
        """Drop a root, a folder or a file from the catalogue; how many files that were."""
        with self._engine.begin() as connection:
            rows = connection.execute(select(tables.locations.c.root, tables.locations.c.path)).all()
            doomed = [row for row in rows if is_within(joined(row.root, row.path), path)]
            for row in doomed:
                here = (tables.locations.c.root == row.root) & (tables.locations.c.path == row.path)
                connection.execute(delete(tables.locations).where(here))
            dropped = [root for root in connection.scalars(select(tables.roots.c.path)) if is_within(root, path)]
            connection.execute(delete(tables.roots).where(tables.roots.c.path.in_(dropped)))
        return len(doomed) or len(dropped)

    def report_progress(self, files_done: int, files_total: int, eta_s: float | None, failed: int) -> None:
        """Say how far the present run has come, for whoever asks the service."""
        with self._engine.begin() as connection:
            connection.execute(delete(tables.progress))
            row = {"id": 1, "files_done": files_done, "files_total": files_total, "eta_s": eta_s, "failed": failed}
            connection.execute(insert(tables.progress).values(**row))


def joined(root: bytes, path: bytes) -> bytes:
    """The absolute path of a location; a file that is a root of its own has an empty relative path."""
    return os.path.join(root, path) if path else root  # noqa: PTH118  paths are bytes here


def is_within(path: bytes, folder: bytes) -> bool:
    """Whether `path` is `folder` or lies below it."""
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")


def _drop(connection: Connection, embeddings: Sequence[tuple[str, str]]) -> None:
    if not embeddings:
        return
    keys = [{"video": video_id, "print": fingerprint} for video_id, fingerprint in embeddings]
    for table in (tables.clips, tables.shots, tables.embeddings):
        chosen = (table.c.video_id == bindparam("video")) & (table.c.fingerprint == bindparam("print"))
        connection.execute(delete(table).where(chosen), keys)


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
    connection.execute(delete(tables.roots).where(tables.roots.c.path == inner))


def _configure(connection: Any, _record: object) -> None:
    connection.executescript(
        "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
    )


def _is_up_to_date(engine: Engine) -> bool:
    with engine.connect() as connection:
        known = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first()
        return known is not None and connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [
            (tables.REVISION,)
        ]
