"""Collections of moments."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "collections",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collections")),
    )
    op.create_index(op.f("ix_collections_updated_at"), "collections", ["updated_at"])
    op.create_table(
        "collected",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("collection_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("video_id", sa.String(32), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=True),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("best_s", sa.Float(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=True),
        sa.Column("confidence", sa.String(8), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collections.id"], name=op.f("fk_collected_collection_id_collections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collected")),
        sa.UniqueConstraint("collection_id", "video_id", "start_s", "end_s", name=op.f("uq_collected_collection_id")),
    )
    op.create_index(op.f("ix_collected_collection_id_position"), "collected", ["collection_id", "position"])
