"""stores that were connected: their keys, their webhooks, and merchants on the way there"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stores", sa.Column("facts_read_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("hooks", sa.Column("webhook_id", sa.BigInteger(), nullable=True))
    op.add_column("hooks", sa.Column("trouble", sa.String(), nullable=True))
    op.add_column("hooks", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    has_topic = sa.text("topic IS NOT NULL")
    op.create_index(
        "uq_hooks_topic",
        "hooks",
        ["store_id", "topic"],
        unique=True,
        sqlite_where=has_topic,
        postgresql_where=has_topic,
    )
    op.create_table(
        "connects",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("shop", sa.String(), nullable=False),
        sa.Column("rest_base", sa.String(), nullable=False),
        sa.Column("browser_hash", sa.String(64), nullable=False),
        sa.Column("return_url", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("keys_sealed", sa.Text(), nullable=True),
        sa.Column("keys_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("store_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_connects_store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_connects"),
    )
    op.create_index("ix_connects_created_at", "connects", ["created_at"])
    op.create_table(
        "bridges",
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("rest_base", sa.String(), nullable=False),
        sa.Column("keys_sealed", sa.Text(), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("store_uuid", sa.String(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("facts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_bridges_store_id"),
        sa.PrimaryKeyConstraint("store_id", name="pk_bridges"),
        sa.UniqueConstraint("store_uuid", name="uq_bridges_store_uuid"),
    )
    op.create_index("ix_bridges_next_check_at", "bridges", ["next_check_at"])


def downgrade() -> None:
    op.drop_table("bridges")
    op.drop_table("connects")
    op.drop_index("uq_hooks_topic", "hooks")
    op.drop_column("hooks", "checked_at")
    op.drop_column("hooks", "trouble")
    op.drop_column("hooks", "webhook_id")
    op.drop_column("stores", "facts_read_at")
