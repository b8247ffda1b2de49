"""drops indexes that nothing reads, or another one serves as well: every change of a row wrote them"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

IS_SKEWED = sa.text("abs(clock_skew) > 600")


def upgrade() -> None:
    # A wrong clock is a trouble of its store. With this index, measuring a clock wrote all of the row's.
    op.drop_index("ix_stores_skewed", "stores")
    op.drop_index("ix_links_store_id", "links")  # uq_links_store_id begins with the store, too
    op.drop_index("ix_decisions_store_id", "decisions")  # as does ix_decisions_last


def downgrade() -> None:
    op.create_index("ix_decisions_store_id", "decisions", ["store_id"])
    op.create_index("ix_links_store_id", "links", ["store_id"])
    op.create_index("ix_stores_skewed", "stores", ["id"], sqlite_where=IS_SKEWED, postgresql_where=IS_SKEWED)
