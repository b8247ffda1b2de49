"""reasons of polls and deliveries are ids instead of sentences, and stores carry their platform"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

POLL_REASONS = {
    "date_final": "the figures of a date that decides become final",
    "window_ends": "its window ends within days",
    "near_tier": "its spend may cross a tier within days",
    "bills_unpaid": "its bills are not paid yet",
    "window_open": "its window is open",
    "settling": "its window is over and not all figures are final",
    "first_spend": "nothing that counts was spent yet",
    "held": "staff have to decide",
    "award": "its award is on the way",
    "credit": "its credit is being used",
    "set_up": "its store is not ready yet",
    "bad_standing": "its state at TikTok may change",
    "at_rest": "nothing it spends changes the answer",
    "merchant_asked": "the merchant asked",
    "figures_changed": "TikTok says that its figures have changed",
    "status_changed": "TikTok says that its status has changed",
    "notices_ended": "TikTok's notices of it have ended",
    "linked": "linked",
    "other_consent": "with another consent that stands",
    "consent_returned": "a consent for it was given back",
    "clock_rolled_back": "the clock was put back",
    "passing_fault": "after a passing fault",
    "bills_fault": "for the bills, after a passing fault",
    "report_not_whole": "once the report is whole",
    "misconfigured": "once our configuration is put right",
    "app_limit": "put back: the app's call budget is used up until then",
    "account_limit": "put back: the ad account's call limit is reached until then",
    "app_blocked": "put back: TikTok has blocked the app, or its id or secret is wrong",
    "no_consent": "waits for the advertiser's consent",
    "no_access": "whether TikTok gives access to the account again",
}
# As LIKE patterns: a sentence in which an address or an error stands is known by its beginning.
DELIVERY_REASONS = {
    "body: larger than 16 KiB; its hash and size are kept": "too_large",
    "body: over the 4 MiB kept of one store on a day; its hash is kept": "over_bytes",
    "over the 5,000 deliveries kept of a store on a day; the rest is counted here": "over_deliveries",
    "over the 500 signals applied of a store on a day; %": "over_signals",
    "this topic is not used": "not_used",
    "no topic was named": "not_used",
    "the store is looked at anew; %": "not_used",
    "this event is not used": "not_used",
    "this kind of notice is not used": "not_used",
    "names no ad account of ours": "no_account",
    "held: the signal is of %": "elsewhere",
    "cannot be worked with: %": "unreadable",
    "its number fell back, %": "fell_back",
    "is of before the store was restored from a backup": "before_restart",
    "every worker that took it was lost": "workers_lost",
}

accounts = sa.table("accounts", sa.column("poll_reason", sa.String()))
deliveries = sa.table("deliveries", sa.column("reason", sa.String()), sa.column("error", sa.Text()))


def upgrade() -> None:
    reason = accounts.c.poll_reason
    ids = {sentence: id_ for id_, sentence in POLL_REASONS.items()}
    # A sentence of an older release, which nothing was planned by any more, has no id: the time stays.
    op.execute(accounts.update().values(poll_reason=sa.case(ids, value=reason, else_=sa.null())))
    # Until now there was but one.
    op.add_column("stores", sa.Column("platform", sa.String(), nullable=False, server_default="woocommerce"))
    op.add_column("deliveries", sa.Column("reason", sa.String(), nullable=True))
    known = sa.case(*((deliveries.c.error.like(text), id_) for text, id_ in DELIVERY_REASONS.items()))
    op.execute(deliveries.update().where(deliveries.c.error.is_not(None)).values(reason=known))


def downgrade() -> None:
    op.drop_column("deliveries", "reason")
    op.drop_column("stores", "platform")
    reason = accounts.c.poll_reason
    op.execute(accounts.update().values(poll_reason=sa.case(POLL_REASONS, value=reason, else_=reason)))
