"""notices to merchants are kept, with the addresses they ask to be sent to; and an account's ad credit"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
IS_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "store_notices",
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("noticed_at", TIME, nullable=False),
        sa.Column("sent_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name="pk_store_notices"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_store_notices_store_id"),
    )
    op.create_table(
        "notice_addresses",
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("email_sealed", sa.Text(), nullable=True),
        sa.Column("email_hash", sa.String(64), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", name="pk_notice_addresses"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_notice_addresses_store_id"),
    )
    op.create_index("ix_notice_addresses_email_hash", "notice_addresses", ["email_hash"])
    op.create_index(
        "ix_notice_addresses_due",
        "notice_addresses",
        ["due_at", "store_id"],
        sqlite_where=IS_DUE,
        postgresql_where=IS_DUE,
    )

    op.add_column("accounts", sa.Column("ad_credit", sa.String(40), nullable=True))
    op.add_column("accounts", sa.Column("ad_credit_read_at", TIME, nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "ad_credit_read_at")
    op.drop_column("accounts", "ad_credit")
    op.drop_table("notice_addresses")
    op.drop_table("store_notices")
