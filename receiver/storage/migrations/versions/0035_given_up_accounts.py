"""given-up accounts are read again, and a store's clock and sequence are known as its state was read"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

GAVE_UP = "waits for staff: TikTok will not answer for this account"
AGAIN = "whether TikTok gives access to the account again"
ACCOUNTS = sa.table(
    "accounts",
    sa.column("poll_reason", sa.String()),
    sa.column("next_poll_at", sa.DateTime(timezone=True)),
)


TIME = sa.DateTime(timezone=True)
STORE_COLUMNS: dict[str, Any] = {
    "clock_measured_at": TIME,
    "sequence_from": sa.Text(),
    "sequence_fell_at": TIME,
}


def upgrade() -> None:
    for name, kind in STORE_COLUMNS.items():
        op.add_column("stores", sa.Column(name, kind, nullable=True))
    now = dt.datetime.now(dt.UTC)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    at = now.replace(tzinfo=None) if is_sqlite else now  # as storage/types.py keeps a time
    given_up = ACCOUNTS.c.poll_reason == GAVE_UP
    op.execute(sa.update(ACCOUNTS).where(given_up).values(poll_reason=AGAIN, next_poll_at=at))


def downgrade() -> None:
    for name in STORE_COLUMNS:
        op.drop_column("stores", name)
    given_up = ACCOUNTS.c.poll_reason == AGAIN
    op.execute(sa.update(ACCOUNTS).where(given_up).values(poll_reason=GAVE_UP, next_poll_at=None))
