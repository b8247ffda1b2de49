"""what TikTok tells us of by webhook"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("subscribe_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "subscriptions",
        sa.Column("advertiser_id", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("subscription_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("advertiser_id", "entity", name="pk_subscriptions"),
        sa.UniqueConstraint("subscription_id", name="uq_subscriptions_subscription_id"),
    )


def downgrade() -> None:
    op.drop_table("subscriptions")
    op.drop_column("accounts", "subscribe_at")
