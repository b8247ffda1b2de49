"""replays, and the attempts that are theirs"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OF_A_REPLAY = sa.text("replay_id IS NOT NULL")


def upgrade() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "replays",
        sa.Column("id", serial, autoincrement=True, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("up_to", sa.BigInteger(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("outcomes", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_replays"),
    )
    op.add_column("attempts", sa.Column("replay_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "uq_attempts_replay",
        "attempts",
        ["replay_id", "delivery_id"],
        unique=True,
        sqlite_where=OF_A_REPLAY,
        postgresql_where=OF_A_REPLAY,
    )


def downgrade() -> None:
    op.drop_index("uq_attempts_replay", table_name="attempts")
    op.drop_column("attempts", "replay_id")
    op.drop_table("replays")
