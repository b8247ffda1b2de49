"""deliveries, found by when they came"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_deliveries_received", "deliveries", ["received_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_received", "deliveries")
