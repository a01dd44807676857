"""The first catalogue."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("files_done", sa.Integer(), nullable=False),
        sa.Column("files_total", sa.Integer(), nullable=False),
        sa.Column("eta_s", sa.Float(), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress")),
    )
    op.create_table(
        "roots",
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("walked_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_roots")),
    )
    op.create_table(
        "videos",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("fps", sa.Float(), nullable=False),
        sa.Column("codec", sa.String(length=32), nullable=False),
        sa.Column("has_audio", sa.Boolean(), nullable=False),
        sa.Column("taken_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_videos")),
    )
    op.create_table(
        "embeddings",
        sa.Column("video_id", sa.String(length=32), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("clip_count", sa.Integer(), nullable=False),
        sa.Column("lost", sa.String(), nullable=True),
        sa.Column("embedded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name=op.f("fk_embeddings_video_id_videos")),
        sa.PrimaryKeyConstraint("video_id", "fingerprint", name=op.f("pk_embeddings")),
    )
    op.create_table(
        "locations",
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("video_id", sa.String(length=32), nullable=True),
        sa.Column("indexed_size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("indexed_mtime_ns", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["root"], ["roots.path"], name=op.f("fk_locations_root_roots")),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name=op.f("fk_locations_video_id_videos")),
        sa.PrimaryKeyConstraint("root", "path", name=op.f("pk_locations")),
    )
    op.create_index(op.f("ix_locations_state"), "locations", ["state"], unique=False)
    op.create_index(op.f("ix_locations_video_id"), "locations", ["video_id"], unique=False)
    op.create_table(
        "clips",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("video_id", sa.String(length=32), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shot_number", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["video_id", "fingerprint"],
            ["embeddings.video_id", "embeddings.fingerprint"],
            name=op.f("fk_clips_video_id_fingerprint_embeddings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clips")),
    )
    op.create_index(op.f("ix_clips_fingerprint"), "clips", ["fingerprint"], unique=False)
    op.create_index(op.f("ix_clips_video_id_fingerprint"), "clips", ["video_id", "fingerprint"], unique=False)
    op.create_table(
        "shots",
        sa.Column("video_id", sa.String(length=32), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["video_id", "fingerprint"],
            ["embeddings.video_id", "embeddings.fingerprint"],
            name=op.f("fk_shots_video_id_fingerprint_embeddings"),
        ),
        sa.PrimaryKeyConstraint("video_id", "fingerprint", "number", name=op.f("pk_shots")),
    )
