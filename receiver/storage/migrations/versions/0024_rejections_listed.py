"""rejections in pages, by day"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_rejections_listed", "rejections", ["day", "store_id", "reason"])


def downgrade() -> None:
    op.drop_index("ix_rejections_listed", table_name="rejections")
