"""connections end where our plugin is gone, and claims carry what was seen at the address they name"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bridges", sa.Column("companion_gone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("address_claims", sa.Column("evidence", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("address_claims", "evidence")
    op.drop_column("bridges", "companion_gone_at")
