"""deliveries in turn from each store; the size of a body; what a store sent on a day"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

IS_DUE = sa.text("due_at IS NOT NULL")
STANDS = sa.text("ended_at IS NULL")
REFERRING = ("awards", "reviews")
COUNTS = ("deliveries", "body_bytes", "signals", "shortened", "merged", "passed_over")


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("body_bytes", sa.BigInteger(), nullable=True))
    op.execute("UPDATE deliveries SET body_bytes = length(body) WHERE body IS NOT NULL")
    op.create_index(
        "ix_deliveries_lanes",
        "deliveries",
        [sa.text("coalesce(store_id, '')"), "due_at", "id"],
        sqlite_where=IS_DUE,
        postgresql_where=IS_DUE,
    )
    op.create_table(
        "store_days",
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_store_days_store_id"),
        sa.PrimaryKeyConstraint("store_id", "day", name="pk_store_days"),
    )
    op.create_index("ix_store_days_day", "store_days", ["day", "store_id"])
    op.create_index("ix_links_standing", "links", ["store_id"], sqlite_where=STANDS, postgresql_where=STANDS)
    # What is thinned, and what must stay since it rests on a decision.
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])
    for table in REFERRING:
        op.create_index(f"ix_{table}_decision_id", table, ["decision_id"])


def downgrade() -> None:
    for table in REFERRING:
        op.drop_index(f"ix_{table}_decision_id", table)
    op.drop_index("ix_links_standing", "links")
    op.drop_index("ix_decisions_decided_at", "decisions")
    op.drop_table("store_days")
    op.drop_index("ix_deliveries_lanes", "deliveries")
    op.drop_column("deliveries", "body_bytes")
