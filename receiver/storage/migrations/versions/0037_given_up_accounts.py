"""accounts that were given up are read again: no account is left out for ever"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0033"
branch_labels = None
depends_on = None

GAVE_UP = "waits for staff: TikTok will not answer for this account"
AGAIN = "whether TikTok gives access to the account again"
ACCOUNTS = sa.table(
    "accounts",
    sa.column("poll_reason", sa.String()),
    sa.column("next_poll_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    now = dt.datetime.now(dt.UTC)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    at = now.replace(tzinfo=None) if is_sqlite else now  # as storage/types.py keeps a time
    given_up = ACCOUNTS.c.poll_reason == GAVE_UP
    op.execute(sa.update(ACCOUNTS).where(given_up).values(poll_reason=AGAIN, next_poll_at=at))


def downgrade() -> None:
    given_up = ACCOUNTS.c.poll_reason == AGAIN
    op.execute(sa.update(ACCOUNTS).where(given_up).values(poll_reason=GAVE_UP, next_poll_at=None))
