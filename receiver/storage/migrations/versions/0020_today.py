"""what the console counts: stores by programme, webhooks in trouble, lost consents, rejections of a day"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

PARTIAL = (
    ("ix_stores_waiting", "stores", ["programme", "id"], "admitted_at IS NULL AND disconnected_at IS NULL"),
    ("ix_stores_admitted", "stores", ["programme", "merchant"], "admitted_at IS NOT NULL"),
    ("ix_hooks_trouble", "hooks", ["store_id"], "trouble IS NOT NULL"),
    ("ix_links_withdrawn", "links", ["store_id"], "NOT consent AND ended_at IS NULL"),
)


def upgrade() -> None:
    op.create_index("ix_stores_programme", "stores", ["programme", "stage"])
    op.create_index("ix_rejections_day", "rejections", ["reason", "day", "count"])
    for name, table, columns, where in PARTIAL:
        only = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    for name, table, *_ in PARTIAL:
        op.drop_index(name, table_name=table)
    op.drop_index("ix_rejections_day", table_name="rejections")
    op.drop_index("ix_stores_programme", table_name="stores")
