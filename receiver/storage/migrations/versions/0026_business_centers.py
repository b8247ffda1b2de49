"""accounts by their Business Center; awards of a programme by merchant and Business Center"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

OF_AWARDS = ("merchant", "business_center")


def upgrade() -> None:
    op.create_index("ix_accounts_business_center", "accounts", ["business_center"])
    for column in OF_AWARDS:
        op.drop_index(f"ix_awards_{column}", "awards")
        op.create_index(f"ix_awards_{column}", "awards", ["programme", column])


def downgrade() -> None:
    for column in OF_AWARDS:
        op.drop_index(f"ix_awards_{column}", "awards")
        op.create_index(f"ix_awards_{column}", "awards", [column])
    op.drop_index("ix_accounts_business_center", "accounts")
