"""Whose names roots and files have, who is working on what, and spans that hold words."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Name the source of what is there, and make both tables."""
    op.add_column("roots", sa.Column("source", sa.String(16), nullable=False, server_default="files"))
    op.add_column("locations", sa.Column("source", sa.String(16), nullable=False, server_default="files"))
    op.add_column("locations", sa.Column("tag", sa.String(), nullable=True))
    op.add_column("locations", sa.Column("indexed_tag", sa.String(), nullable=True))
    op.create_table(
        "texts",
        sa.Column("video_id", sa.String(32), nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["video_id", "fingerprint"],
            ["embeddings.video_id", "embeddings.fingerprint"],
            name=op.f("fk_texts_video_id_fingerprint_embeddings"),
        ),
        sa.PrimaryKeyConstraint("video_id", "fingerprint", "number", name=op.f("pk_texts")),
    )
    op.create_index(op.f("ix_texts_fingerprint"), "texts", ["fingerprint"])
    op.create_table(
        "claims",
        sa.Column("video_id", sa.String(32), nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("video_id", "fingerprint", name=op.f("pk_claims")),
    )
