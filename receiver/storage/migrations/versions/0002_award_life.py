"""the life of an award: blocks, evidence, and each code given once"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CODES = sa.text("delivery = 'code'")


def upgrade() -> None:
    op.add_column("awards", sa.Column("blocked_from", sa.String(), nullable=True))
    op.add_column("awards", sa.Column("block_reason", sa.Text(), nullable=True))
    op.add_column("awards", sa.Column("evidence", sa.Text(), nullable=True))
    op.add_column("awards", sa.Column("evidence_source", sa.String(), nullable=True))
    op.create_index(
        "uq_awards_code", "awards", ["reference"], unique=True, sqlite_where=CODES, postgresql_where=CODES
    )


def downgrade() -> None:
    op.drop_index("uq_awards_code", table_name="awards")
    op.drop_column("awards", "evidence_source")
    op.drop_column("awards", "evidence")
    op.drop_column("awards", "block_reason")
    op.drop_column("awards", "blocked_from")
