"""a blocked award keeps the cause that its merchant is told"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Null for blocks from before: their merchants read on what they read so far.
    op.add_column("awards", sa.Column("block_cause", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("awards", "block_cause")
