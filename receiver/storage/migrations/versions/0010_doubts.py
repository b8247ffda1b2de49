"""where a store's sources contradict each other"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stores", sa.Column("doubts", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("stores", "doubts")
