"""deliveries, found by topic, by time and by the id their sender gave them"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_deliveries_topic", "deliveries", ["topic", "id"])
    op.create_index("ix_deliveries_received", "deliveries", ["received_at", "id"])
    op.create_index("ix_deliveries_delivery_id", "deliveries", ["delivery_id", "id"])


def downgrade() -> None:
    for name in ("delivery_id", "received", "topic"):
        op.drop_index(f"ix_deliveries_{name}", "deliveries")
