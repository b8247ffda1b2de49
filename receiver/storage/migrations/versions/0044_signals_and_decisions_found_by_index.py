"""old signals are found by an index, and so is a store's newest decision"""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_signals_at", "signals", ["at"])
    # It serves all that ix_decisions_store_id does, which a release that takes away may drop.
    op.create_index("ix_decisions_last", "decisions", ["store_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_decisions_last", "decisions")
    op.drop_index("ix_signals_at", "signals")
