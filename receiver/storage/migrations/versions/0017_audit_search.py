"""the audit log, searched by store, action, actor and time"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

LED_BY = ("actor", "action", "store_id")


def upgrade() -> None:
    op.add_column("audit", sa.Column("store_id", sa.String(), nullable=True))
    op.execute("UPDATE audit SET store_id = subject WHERE subject IN (SELECT id FROM stores)")
    for owned in ("awards", "reviews"):
        # Names of this file's own, nothing that came from outside.
        op.execute(
            f"UPDATE audit SET store_id = (SELECT store_id FROM {owned} WHERE id = subject) "  # noqa: S608 (our names)
            f"WHERE subject IN (SELECT id FROM {owned})"
        )
    for column in LED_BY:
        op.create_index(f"ix_audit_{column}", "audit", [column, "at", "id"])
    op.create_index("ix_audit_at", "audit", ["at", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_at", "audit")
    for column in LED_BY:
        op.drop_index(f"ix_audit_{column}", "audit")
    op.drop_column("audit", "store_id")
