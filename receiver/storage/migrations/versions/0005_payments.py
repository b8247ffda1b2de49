"""what ad accounts were billed and paid, and whether TikTok lets us read it"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payments",
        sa.Column("advertiser_id", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("billing", sa.String(), nullable=True),
        sa.Column("subtotal", sa.String(length=40), nullable=True),
        sa.Column("tax", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("advertiser_id", "transaction_id", name="pk_payments"),
    )
    op.add_column("accounts", sa.Column("bills_readable", sa.Boolean(), nullable=True))
    op.add_column("accounts", sa.Column("bills_read_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("bills_from", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "bills_from")
    op.drop_column("accounts", "bills_read_at")
    op.drop_column("accounts", "bills_readable")
    op.drop_table("payments")
