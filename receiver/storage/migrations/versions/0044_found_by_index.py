"""indexes find old signals, a store's newest decision, and the stores over a bound on a day"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

IS_OVER = sa.text("(shortened > 0 OR merged > 0 OR passed_over > 0)")


def upgrade() -> None:
    op.create_index("ix_signals_at", "signals", ["at"])
    # It serves all that ix_decisions_store_id does, which a release that takes away may drop.
    op.create_index("ix_decisions_last", "decisions", ["store_id", "id"])
    op.create_index(
        "ix_store_days_over",
        "store_days",
        ["day", "store_id"],
        sqlite_where=IS_OVER,
        postgresql_where=IS_OVER,
    )


def downgrade() -> None:
    op.drop_index("ix_store_days_over", "store_days")
    op.drop_index("ix_decisions_last", "decisions")
    op.drop_index("ix_signals_at", "signals")
