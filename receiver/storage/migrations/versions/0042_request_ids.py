"""a delivery keeps the id of its request, and an ad account that of the request its next poll is for"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("request_id", sa.String(64), nullable=True))
    op.add_column("accounts", sa.Column("requested_by", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "requested_by")
    op.drop_column("deliveries", "request_id")
