"""The comparison of our subscriptions with TikTok's: daily, and soon after TikTok says that access was lost.

Such news names no ad account. But a revoked token takes its subscriptions with it, so an account whose
subscriptions are gone is polled at once; one that may still be read is subscribed again.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from receiver.domain.poll_reasons import PollReason
from receiver.errors import ProviderError
from receiver.logs import get_logger
from receiver.services.context import ServiceContext
from receiver.services.polling.request_poll import request_poll
from receiver.services.polling.subscribe import end_subscription
from receiver.storage import heartbeats, subscriptions

EVERY, SOONEST = timedelta(days=1), timedelta(minutes=5)
REQUESTED, BEGUN = "look through asked", "look through begun"  # stored names of heartbeats
# Where TikTok lists none at all, by its fault or ours, not every account is to be polled at once.
MOST_POLLED = 100

log = get_logger(__name__)


def request_verification(session: Session, now: datetime) -> None:
    """Request a verification within minutes. Idempotent."""
    heartbeats.beat(session, REQUESTED, now)


def verify_subscriptions_if_due(context: ServiceContext, callback_url: str) -> None:
    """Verify the subscriptions if it is time; after an error of TikTok, again in five minutes."""
    now = context.now()
    with context.database.writing() as session:
        if not _is_due(session, now):
            return
        heartbeats.beat(session, BEGUN, now)
    try:
        accounts, subscription_ids = verify_subscriptions(context, callback_url)
    except ProviderError as error:
        log.warning("subscriptions not looked through", advice=error.advice)
        with context.database.writing() as session:
            request_verification(session, now)
    else:
        log.info("subscriptions looked through", lost=len(accounts), ended=len(subscription_ids))


def verify_subscriptions(context: ServiceContext, callback_url: str) -> tuple[list[str], list[str]]:
    """Compare our subscriptions with TikTok's; return the accounts that lost theirs, and the ids ended here.

    Ends subscriptions to our address that we do not know (duplicates), and our own to another address, as
    after a change of PUBLIC_URL. Raises ProviderError.
    """
    database, tiktok = context.database, context.tiktok
    with database.reading() as session:
        before = subscriptions.known_ids(session)
    callbacks = {subscription.id: subscription.callback_url for subscription in tiktok.subscriptions()}
    with database.writing() as session:
        accounts = _forget_lost(session, sorted(before - set(callbacks)), context.now())
        ours = subscriptions.known_ids(session)
    wrong = [item for item, where in callbacks.items() if where and (item in ours) != (where == callback_url)]
    for subscription_id in wrong:
        end_subscription(database, tiktok, subscription_id)
    return accounts, wrong


def _forget_lost(session: Session, subscription_ids: Collection[str], now: datetime) -> list[str]:
    """Delete lost subscriptions, and request polls of their accounts; return these, sorted."""
    forgotten = {subscriptions.forget_subscription(session, item) for item in subscription_ids}
    accounts = sorted(item for item in forgotten if item is not None)
    for advertiser_id in accounts[:MOST_POLLED]:
        request_poll(session, advertiser_id, now, PollReason.NOTICES_ENDED)
    return accounts


def _is_due(session: Session, now: datetime) -> bool:
    begun_at, requested_at = heartbeats.last_beat(session, BEGUN), heartbeats.last_beat(session, REQUESTED)
    if begun_at is None or now - begun_at >= EVERY:
        return True
    return requested_at is not None and requested_at >= begun_at and now - begun_at >= SOONEST
