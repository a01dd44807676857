"""The disks below each root, and what was forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "disks",
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["root"], ["roots.path"], name=op.f("fk_disks_root_roots")),
        sa.PrimaryKeyConstraint("root", "path", name=op.f("pk_disks")),
    )
    op.create_table(
        "forgotten",
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_forgotten")),
    )
