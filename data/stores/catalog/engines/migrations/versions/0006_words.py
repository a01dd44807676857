"""An index of words; what lines say of themselves, what they were made of, and of what none are to be made."""

import sqlalchemy as sa
from alembic import op

from data.folding import folded
from data.identity import clip_id_of

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table of lines anew, with an id and folded words for each, and the index over it."""
    lines = [dict(row) for row in op.get_bind().execute(sa.text("SELECT * FROM texts")).mappings()]
    op.drop_table("texts")
    op.create_table(
        "texts",
        sa.Column("video_id", sa.String(32), nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("language", sa.String(35), nullable=True),
        sa.Column("word_starts_s", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["video_id", "fingerprint"],
            ["embeddings.video_id", "embeddings.fingerprint"],
            name=op.f("fk_texts_video_id_fingerprint_embeddings"),
        ),
        sa.PrimaryKeyConstraint("video_id", "fingerprint", "number", name=op.f("pk_texts")),
    )
    op.create_index(op.f("ix_texts_fingerprint"), "texts", ["fingerprint"])
    op.create_index(op.f("ix_texts_id"), "texts", ["id"], unique=True)
    op.create_table(
        "silent",
        sa.Column("video_id", sa.String(32), nullable=False),
        sa.Column("fingerprint", sa.String(32), nullable=False),
        sa.Column("beside", sa.String(32), nullable=True),
        sa.Column("lost", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("video_id", "fingerprint", name=op.f("pk_silent")),
    )
    op.create_table(
        "left_out",
        sa.Column("modality", sa.String(32), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("modality", "path", name=op.f("pk_left_out")),
    )
    op.add_column("embeddings", sa.Column("beside", sa.String(32), nullable=True))
    config = op.get_context().config
    assert config is not None
    config.attributes["database"].words.make(op.get_bind())
    _put_back(lines)


def _put_back(lines: list[dict[str, object]]) -> None:
    table = sa.table(
        "texts", *map(sa.column, ("video_id", "fingerprint", "number", "start_s", "end_s", "text", "id", "folded"))
    )
    for line in lines:
        number = clip_id_of(str(line["video_id"]), str(line["fingerprint"]), int(str(line["number"])))
        op.execute(table.insert().values(**line, id=number, folded=folded(str(line["text"]))))
