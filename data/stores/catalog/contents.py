"""What each video holds under each fingerprint: shots, clips and words."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import Connection, Table, bindparam, delete, insert, select

from data.folding import folded
from data.identity import clip_id_of
from data.stores.catalog import tables
from data.stores.catalog.connected import Connected
from data.types import Clip, Shot, Video, Words

# What belongs to an embedding; the embedding itself goes last and comes first.
_PARTS = (tables.texts, tables.clips, tables.shots)


class Contents(Connected):
    """Each method is one transaction."""

    def store(
        self,
        video: Video,
        fingerprint: str,
        shots: Iterable[Shot],
        clips: Iterable[Clip],
        lost: str | None,
        embedded_at: datetime | None = None,
        *,
        texts: Iterable[Words] = (),
        beside: str | None = None,
    ) -> None:
        """Write all rows of a video embedded then, or now, in place of any; its shard is on the disk already.

        `beside` names what lay beside its files, where it was made of that, too.
        """
        parts = {tables.shots: _rows(shots), tables.clips: _rows(clips), tables.texts: list(map(_line, texts))}
        embedding = {"video_id": video.id, "fingerprint": fingerprint, "clip_count": len(parts[tables.clips])}
        embedding |= {"lost": lost, "embedded_at": embedded_at or datetime.now(UTC), "beside": beside}
        with self.begin() as connection:
            # There are some only when their shard was lost or damaged.
            _drop(connection, [(video.id, fingerprint)])
            # A later version of the program may see a video otherwise than the one that stored it.
            connection.execute(self.database.put(tables.videos, asdict(video), key=("id",)))
            for table, rows in {tables.embeddings: [embedding], **parts}.items():
                if rows:
                    connection.execute(insert(table), rows)

    def drop(self, embeddings: Sequence[tuple[str, str]]) -> None:
        """Remove all rows of these (video id, fingerprint), and videos of which nothing is known any more."""
        with self.begin() as connection:
            _drop(connection, embeddings)
            known = select(tables.locations.c.video_id).where(tables.locations.c.video_id.is_not(None))
            unused = tables.videos.c.id.not_in(known) & tables.videos.c.id.not_in(select(tables.embeddings.c.video_id))
            connection.execute(delete(tables.videos).where(unused))
            gone = tables.silent.c.video_id.not_in(select(tables.videos.c.id))
            connection.execute(delete(tables.silent).where(gone))

    def note_silent(self, video_id: str, fingerprint: str, *, beside: str | None, lost: str | None) -> None:
        """Say that it was looked at, and holds no words."""
        row = {"video_id": video_id, "fingerprint": fingerprint, "beside": beside, "lost": lost}
        with self.begin() as connection:
            connection.execute(self.database.put(tables.silent, row, key=("video_id", "fingerprint")))

    def forget_silent(self, keys: Sequence[tuple[str, str]]) -> None:
        """Let these (video id, fingerprint) be looked at anew."""
        with self.begin() as connection:
            _drop_from(connection, [tables.silent], keys)


def _rows(parts: Iterable[Shot] | Iterable[Clip]) -> list[dict[str, object]]:
    return [asdict(part) for part in parts]


def _line(words: Words) -> dict[str, object]:
    id_ = clip_id_of(words.video_id, words.fingerprint, words.number)
    return {**asdict(words), "id": id_, "folded": folded(words.text)}


def _drop(connection: Connection, embeddings: Sequence[tuple[str, str]]) -> None:
    _drop_from(connection, [*_PARTS, tables.embeddings, tables.silent], embeddings)


def _drop_from(connection: Connection, some: Sequence[Table], embeddings: Sequence[tuple[str, str]]) -> None:
    if not embeddings:
        return
    keys = [{"video": video_id, "print": fingerprint} for video_id, fingerprint in embeddings]
    for table in some:
        chosen = (table.c.video_id == bindparam("video")) & (table.c.fingerprint == bindparam("print"))
        connection.execute(delete(table).where(chosen), keys)
