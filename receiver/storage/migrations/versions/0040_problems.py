"""what died has a reason of its own, and problems are listed by cause and store"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
IS_DEAD = sa.text("state = 'dead'")
TRIES = 9  # after so many a delivery was given up

deliveries = sa.table(
    "deliveries",
    sa.column("source", sa.String()),
    sa.column("state", sa.String()),
    sa.column("reason", sa.String()),
    sa.column("error", sa.Text()),
    sa.column("tries", sa.Integer()),
)


def upgrade() -> None:
    error, reason, tries = deliveries.c.error, deliveries.c.reason, deliveries.c.tries
    was_unread = sa.or_(reason == "unreadable", reason.is_(None))
    # What was told apart in words alone, by the path of the field with which an error begins.
    known = sa.case(
        (sa.and_(was_unread, error == "body: was dropped"), "dropped"),
        (sa.and_(was_unread, error.like("arg.v: must be 1;%")), "old_version"),
        (sa.and_(reason == "unreadable", deliveries.c.source == "tiktok"), "notice_unreadable"),
        (reason.is_not(None), reason),
        (tries >= TRIES, "gave_up"),
        (error.like("arg%: %"), "unreadable"),
        (error.like("body: %"), "unreadable"),
        else_="unknown",
    )
    op.execute(deliveries.update().where(deliveries.c.state == "dead").values(reason=known))
    op.create_index(
        "ix_deliveries_dead",
        "deliveries",
        ["reason", "store_id", "id"],
        sqlite_where=IS_DEAD,
        postgresql_where=IS_DEAD,
    )
    op.create_table(
        "problems",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("acknowledged_at", TIME, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("resolved_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_problems"),
    )
    op.create_index("uq_problems_store_id", "problems", ["store_id", "cause"], unique=True)
    op.create_index("ix_problems_listed", "problems", ["state", "rank", "last_at", "id"])
    op.create_index("ix_problems_counted", "problems", ["state", "who"])


def downgrade() -> None:
    op.drop_table("problems")
    op.drop_index("ix_deliveries_dead", "deliveries")
    before = sa.case(
        (
            deliveries.c.reason.in_(("dropped", "old_version", "newer_version", "notice_unreadable")),
            "unreadable",
        ),
        (deliveries.c.reason.in_(("gave_up", "unknown")), sa.null()),
        else_=deliveries.c.reason,
    )
    op.execute(deliveries.update().where(deliveries.c.state == "dead").values(reason=before))
