"""when staff were last seen, which programme was loaded for new stores, and which credit is likely to come"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

COMING = sa.text("stage IN ('accumulating', 'settling', 'held')")


def upgrade() -> None:
    op.add_column("staff", sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE staff SET last_seen_at = (SELECT max(last_used_at) FROM staff_sessions"
        " WHERE staff_sessions.staff_id = staff.id)"
    )
    op.create_table(
        "programme_choices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("instead_of", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_programme_choices"),
    )
    op.add_column("stores", sa.Column("coming_currency", sa.String(), nullable=True))
    op.add_column("stores", sa.Column("coming_credit", sa.String(40), nullable=True))
    op.create_index(
        "ix_stores_coming",
        "stores",
        ["programme", "stage", "coming_currency", "coming_credit"],
        sqlite_where=COMING,
        postgresql_where=COMING,
    )
    # Their next decision says what is likely to come; until then it is unknown.
    op.execute(
        sa.text("UPDATE stores SET decided_at = NULL WHERE stage IN ('accumulating', 'settling', 'held')")
    )
    op.execute(sa.text("DELETE FROM programme_counts"))  # of another shape; counted anew within a minute


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM programme_counts"))
    op.drop_index("ix_stores_coming", "stores")
    op.drop_column("stores", "coming_credit")
    op.drop_column("stores", "coming_currency")
    op.drop_table("programme_choices")
    op.drop_column("staff", "last_seen_at")
