"""What the catalogue is told of one file and of what was made of it."""

from datetime import UTC, datetime

from data.sources.source import Entry
from data.stores.catalog import Catalog
from data.stores.shards.accounts import Account
from data.types import Location, State, VideoError


def put(account: Account, catalog: Catalog, *, beside: str | None = None) -> None:
    """Write all rows of a video whose shard is on the disk; `beside` names what else it was made of."""
    rows = (account.video, account.fingerprint, account.shots, account.clips, account.lost, account.embedded_at)
    catalog.store(*rows, texts=account.texts, beside=beside)


def indexed(entry: Entry, video_id: str, lost: str | None) -> Location:
    """The place of a file whose content is in the library."""
    state: State = "partial" if lost else "indexed"
    return Location(
        root=entry.root,
        path=entry.path,
        video_id=video_id,
        indexed_size_bytes=entry.stamp.size_bytes,
        indexed_mtime_ns=entry.stamp.mtime_ns,
        state=state,
        stage="decode" if lost else None,
        reason=lost,
        size_bytes=entry.stamp.size_bytes,
        mtime_ns=entry.stamp.mtime_ns,
        seen_at=datetime.now(UTC),
        source=entry.source,
        tag=entry.stamp.tag,
        indexed_tag=entry.stamp.tag,
    )


def not_indexed(entry: Entry, state: State, error: VideoError) -> Location:
    """The place of a file that could not be indexed now; what was indexed there before stays, unless it had gone."""
    known = entry.known if entry.known and entry.known.state != "gone" else None
    return Location(
        root=entry.root,
        path=entry.path,
        video_id=known.video_id if known else None,
        indexed_size_bytes=known.indexed_size_bytes if known else None,
        indexed_mtime_ns=known.indexed_mtime_ns if known else None,
        state=state,
        stage=error.stage,
        reason=error.reason,
        size_bytes=entry.stamp.size_bytes,
        mtime_ns=entry.stamp.mtime_ns,
        seen_at=datetime.now(UTC),
        source=entry.source,
        tag=entry.stamp.tag,
        indexed_tag=known.indexed_tag if known else None,
    )
