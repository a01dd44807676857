"""The tables of the catalogue; `migrations/` brings older libraries up to them."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)

# The newest of the migrations: what a catalogue has that is up to date.
REVISION = "0007"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """An aware moment, stored as UTC: not every engine keeps a zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value and value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value and value.replace(tzinfo=UTC)


# `source` says by whose rules a root and what lies below it are named: those of the file system, or another's.
roots = Table(
    "roots",
    metadata,
    Column("path", LargeBinary, primary_key=True),
    Column("walked_at", Utc),
    Column("source", String(16), nullable=False, server_default="files"),
)

videos = Table(
    "videos",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("duration_s", Float, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("fps", Float, nullable=False),
    Column("codec", String(32), nullable=False),
    Column("has_audio", Boolean, nullable=False),
    Column("taken_at", Utc),
)

locations = Table(
    "locations",
    metadata,
    Column("root", LargeBinary, ForeignKey("roots.path"), primary_key=True),
    Column("path", LargeBinary, primary_key=True),
    Column("video_id", String(32), ForeignKey("videos.id")),
    Column("indexed_size_bytes", BigInteger),
    Column("indexed_mtime_ns", BigInteger),
    Column("state", String(8), nullable=False),
    Column("stage", String(16)),
    Column("reason", String),
    Column("size_bytes", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("source", String(16), nullable=False, server_default="files"),
    Column("tag", String),
    Column("indexed_tag", String),
    Index(None, "video_id"),
    Index(None, "state"),
)

# Folders of a root where another device begins than above them, the root's own (an empty path) among them.
disks = Table(
    "disks",
    metadata,
    Column("root", LargeBinary, ForeignKey("roots.path"), primary_key=True),
    Column("path", LargeBinary, primary_key=True),
    Column("device", BigInteger, nullable=False),
    Column("seen_at", Utc, nullable=False),
)

# Absolute paths that stay out until they are named.
forgotten = Table(
    "forgotten",
    metadata,
    Column("path", LargeBinary, primary_key=True),
    Column("forgotten_at", Utc, nullable=False),
)

# That a video has been embedded under a fingerprint: written in one transaction with its shots and clips.
embeddings = Table(
    "embeddings",
    metadata,
    Column("video_id", String(32), ForeignKey("videos.id"), primary_key=True),
    Column("fingerprint", String(32), primary_key=True),
    Column("clip_count", Integer, nullable=False),
    Column("lost", String),
    Column("embedded_at", Utc, nullable=False),
    # What lay beside its files when it was made of that, too.
    Column("beside", String(32)),
)

shots = Table(
    "shots",
    metadata,
    Column("video_id", String(32), primary_key=True),
    Column("fingerprint", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float, nullable=False),
    ForeignKeyConstraint(["video_id", "fingerprint"], ["embeddings.video_id", "embeddings.fingerprint"]),
)

clips = Table(
    "clips",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("video_id", String(32), nullable=False),
    Column("fingerprint", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("shot_number", Integer, nullable=False),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float, nullable=False),
    ForeignKeyConstraint(["video_id", "fingerprint"], ["embeddings.video_id", "embeddings.fingerprint"]),
    Index(None, "video_id", "fingerprint"),
    Index(None, "fingerprint"),
)

# What was said or written in a stretch of a video, where a modality gives words and not vectors. `id` is the same on
# every machine; an engine's index of words is over `folded`, and goes along with each change of a row.
texts = Table(
    "texts",
    metadata,
    Column("video_id", String(32), primary_key=True),
    Column("fingerprint", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float, nullable=False),
    Column("text", String, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("folded", String, nullable=False),
    Column("language", String(35)),
    Column("word_starts_s", JSON),
    ForeignKeyConstraint(["video_id", "fingerprint"], ["embeddings.video_id", "embeddings.fingerprint"]),
    Index(None, "fingerprint"),
    Index(None, "id", unique=True),
)

# Videos that were looked at under a fingerprint of words, and hold none: there is no shard of them.
silent = Table(
    "silent",
    metadata,
    Column("video_id", String(32), primary_key=True),
    Column("fingerprint", String(32), primary_key=True),
    Column("beside", String(32)),
    Column("lost", String),
)

# Of what a modality is to make nothing: an absolute path and all below it, everything where it is empty.
left_out = Table(
    "left_out",
    metadata,
    Column("modality", String(32), primary_key=True),
    Column("path", LargeBinary, primary_key=True),
)

# Who is working on a video now; whoever does not renew a lease in time has lost it.
claims = Table(
    "claims",
    metadata,
    Column("video_id", String(32), primary_key=True),
    Column("fingerprint", String(32), primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", Utc, nullable=False),
)

# Thumbs: they outlive clips and models, so they name a video's content and seconds.
judgments = Table(
    "judgments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("query", String, nullable=False),
    Column("video_id", String(32), nullable=False),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float, nullable=False),
    Column("relevant", Boolean, nullable=False),
    Column("judged_at", Utc, nullable=False),
    UniqueConstraint("query", "video_id", "start_s", "end_s", name="uq_judgments_query"),
)

# Moments that people put together. As thumbs they name content and seconds: a forgotten video takes none along.
collections = Table(
    "collections",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String, nullable=False),
    Column("note", String, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Index(None, "updated_at"),
)

# `position` is the order, with gaps; `path` is where the video lay when its moment was put in.
collected = Table(
    "collected",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("collection_id", String(32), ForeignKey("collections.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("video_id", String(32), nullable=False),
    Column("path", LargeBinary),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float, nullable=False),
    Column("best_s", Float),
    Column("note", String, nullable=False),
    Column("query", String),
    Column("confidence", String(8)),
    Column("score", Float),
    Column("added_at", Utc, nullable=False),
    UniqueConstraint("collection_id", "video_id", "start_s", "end_s", name="uq_collected_collection_id"),
    Index(None, "collection_id", "position"),
)

# What marked moments show, by a name that is unique whatever the case of its letters; `version` grows with each change.
concepts = Table(
    "concepts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String, nullable=False),
    Column("folded", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Index(None, "folded", unique=True),
)

# Moments that show it, or do not: by content and seconds, as thumbs.
examples = Table(
    "examples",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("concept_id", String(32), ForeignKey("concepts.id"), nullable=False),
    Column("video_id", String(32), nullable=False),
    Column("path", LargeBinary),
    Column("start_s", Float, nullable=False),
    Column("end_s", Float, nullable=False),
    Column("fits", Boolean, nullable=False),
    Column("added_at", Utc, nullable=False),
    UniqueConstraint("concept_id", "video_id", "start_s", "end_s", name="uq_examples_concept_id"),
)

# How far the run that holds the lock has come; at most one row.
progress = Table(
    "progress",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("files_done", Integer, nullable=False),
    Column("files_total", Integer, nullable=False),
    Column("eta_s", Float),
    Column("failed", Integer, nullable=False),
)
