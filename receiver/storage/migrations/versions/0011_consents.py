"""advertisers on their way through TikTok's consent, and what each link's consent allows"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent_flows",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("ticket_hash", sa.String(length=64), nullable=False),
        sa.Column("return_url", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=True),
        sa.Column("state_hash", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("found", sa.Text(), nullable=True),
        sa.Column("token_sealed", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_consent_flows_store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consent_flows"),
        sa.UniqueConstraint("ticket_hash", name="uq_consent_flows_ticket_hash"),
        sa.UniqueConstraint("state_hash", name="uq_consent_flows_state_hash"),
    )
    op.create_index("ix_consent_flows_store_id", "consent_flows", ["store_id"])
    op.create_index("ix_consent_flows_created_at", "consent_flows", ["created_at"])
    op.add_column("links", sa.Column("scopes", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("links", "scopes")
    op.drop_index("ix_consent_flows_created_at", "consent_flows")
    op.drop_index("ix_consent_flows_store_id", "consent_flows")
    op.drop_table("consent_flows")
