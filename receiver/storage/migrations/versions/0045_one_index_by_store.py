"""a delivery stands in one index by store: of what waits, or of what has ended"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

IS_OVER = sa.text("due_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_ended_of_store",
        "deliveries",
        ["store_id", "id"],
        sqlite_where=IS_OVER,
        postgresql_where=IS_OVER,
    )
    op.drop_index("ix_deliveries_store", "deliveries")


def downgrade() -> None:
    op.create_index("ix_deliveries_store", "deliveries", ["store_id", "id"])
    op.drop_index("ix_deliveries_ended_of_store", "deliveries")
