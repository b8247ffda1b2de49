"""when an ad account was last polled on a hint, and when a merchant last asked"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("stores", sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("stores", "refreshed_at")
    op.drop_column("accounts", "hinted_at")
