"""events are counted by the hour, and polls are kept for some days"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "hourly_counts",
        sa.Column("hour", TIME, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "kind", "name", name="pk_hourly_counts"),
    )
    op.create_table(
        "polls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("advertiser_id", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_polls"),
    )
    op.create_index("ix_polls_at", "polls", ["at", "id"])
    op.create_index("ix_polls_advertiser_id", "polls", ["advertiser_id", "at", "id"])


def downgrade() -> None:
    op.drop_table("polls")
    op.drop_table("hourly_counts")
