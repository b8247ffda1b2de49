"""personal API tokens of staff"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "staff_tokens",
        sa.Column("id", SERIAL, nullable=False, autoincrement=True),
        sa.Column("staff_id", SERIAL, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff_tokens"),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_staff_tokens_staff_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("staff_id", "name", name="uq_staff_tokens_name"),
        sa.UniqueConstraint("token_hash", name="uq_staff_tokens_token_hash"),
    )


def downgrade() -> None:
    op.drop_table("staff_tokens")
