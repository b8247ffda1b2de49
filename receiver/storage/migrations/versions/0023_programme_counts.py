"""what the worker last counted of each programme, so that no page has to"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "programme_counts",
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("programme", name="pk_programme_counts"),
    )


def downgrade() -> None:
    op.drop_table("programme_counts")
