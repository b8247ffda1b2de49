"""stores in pages: an index for each way to ask for one, and what a list shows of their spend"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

PARTIAL = (
    ("ix_stores_in_line", "stores", ["joined_at", "id"], "admitted_at IS NULL AND disconnected_at IS NULL"),
    ("ix_stores_left", "stores", ["id"], "disconnected_at IS NOT NULL"),
    ("ix_bridges_trouble", "bridges", ["store_id"], "trouble IS NOT NULL"),
)


def upgrade() -> None:
    op.add_column("stores", sa.Column("progress", sa.Text(), nullable=True))
    op.create_index("ix_stores_created", "stores", ["created_at", "id"])
    op.drop_index("ix_stores_stage", table_name="stores")
    op.create_index("ix_stores_stage", "stores", ["stage", "created_at", "id"])
    op.create_index("ix_stores_country", "stores", ["country", "created_at", "id"])
    for name, table, columns, where in PARTIAL:
        only = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    for name, table, *_ in PARTIAL:
        op.drop_index(name, table_name=table)
    op.drop_index("ix_stores_country", table_name="stores")
    op.drop_index("ix_stores_stage", table_name="stores")
    op.create_index("ix_stores_stage", "stores", ["stage"])
    op.drop_index("ix_stores_created", table_name="stores")
    op.drop_column("stores", "progress")
