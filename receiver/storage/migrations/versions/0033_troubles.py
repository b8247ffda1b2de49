"""troubles of stores are listed, and lost consents, lost figures, cleared flags and arrivals are kept"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
IS_LOST = sa.text("state = 'dead' AND store_id IS NOT NULL")
GAVE_UP = "waits for staff: TikTok will not answer for this account"


def upgrade() -> None:
    op.create_table(
        "store_troubles",
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "id", name="pk_store_troubles"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_store_troubles_store_id"),
    )
    op.create_index("ix_store_troubles_id", "store_troubles", ["id", "who", "store_id"])
    op.create_index("ix_store_troubles_who", "store_troubles", ["who", "store_id"])
    op.create_index(
        "ix_deliveries_lost",
        "deliveries",
        ["store_id", "topic", "id"],
        sqlite_where=IS_LOST,
        postgresql_where=IS_LOST,
    )
    op.add_column("accounts", sa.Column("fault", sa.String(), nullable=True))
    op.add_column("links", sa.Column("consent_lost", sa.String(), nullable=True))
    op.add_column("awards", sa.Column("cleared_flags", sa.Text(), nullable=True))
    op.add_column("awards", sa.Column("credited_at", TIME, nullable=True))
    op.get_bind().execute(
        sa.text(
            "UPDATE accounts SET fault = CASE WHEN last_error LIKE '%does not exist%' THEN 'missing' "
            "ELSE 'unreachable' END WHERE poll_reason = :gave_up"
        ),
        {"gave_up": GAVE_UP},
    )
    # The error that ended a consent still stands at an account that nobody could read since.
    op.execute(
        "UPDATE links SET consent_lost = CASE WHEN EXISTS (SELECT 1 FROM accounts WHERE "
        "accounts.advertiser_id = links.advertiser_id AND accounts.last_error LIKE '%(code 40102)%') "
        "THEN 'expired' ELSE 'withdrawn' END WHERE NOT consent"
    )
    op.execute(
        "UPDATE awards SET credited_at = (SELECT max(audit.at) FROM audit WHERE audit.subject = awards.id "
        "AND audit.action = 'award credit')"
    )


def downgrade() -> None:
    op.drop_column("awards", "credited_at")
    op.drop_column("awards", "cleared_flags")
    op.drop_column("links", "consent_lost")
    op.drop_column("accounts", "fault")
    op.drop_index("ix_deliveries_lost", "deliveries")
    op.drop_table("store_troubles")
