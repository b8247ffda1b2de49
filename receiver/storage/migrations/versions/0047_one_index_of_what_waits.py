"""what waits stands in one index, by time and with its store, instead of one by time and one by store"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

IS_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_deliveries_waiting", "deliveries")
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["due_at", "id", "store_id"],
        sqlite_where=IS_DUE,
        postgresql_where=IS_DUE,
    )
    op.drop_index("ix_deliveries_lanes", "deliveries")


def downgrade() -> None:
    op.create_index(
        "ix_deliveries_lanes",
        "deliveries",
        [sa.text("coalesce(store_id, '')"), "due_at", "id"],
        sqlite_where=IS_DUE,
        postgresql_where=IS_DUE,
    )
    op.drop_index("ix_deliveries_waiting", "deliveries")
    op.create_index("ix_deliveries_waiting", "deliveries", ["due_at", "id"])
