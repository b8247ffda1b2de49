"""tries to sign in, one-time passwords, sessions ended by their owner, and in which zone staff read times"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_tries",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_last_at", "sign_in_tries", ["last_at"])
    for column in (
        sa.Column("password_is_one_time", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("sessions_ended", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("timezone", sa.String(), nullable=False, server_default="UTC"),
    ):
        op.add_column("staff", column)


def downgrade() -> None:
    for column in ("timezone", "sessions_ended", "password_is_one_time"):
        op.drop_column("staff", column)
    op.drop_table("sign_in_tries")
