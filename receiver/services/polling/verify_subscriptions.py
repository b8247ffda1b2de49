"""Compares our subscriptions with TikTok's: once a day, and soon after TikTok says that access was lost.

Such news names no ad account. But a token that was taken back takes its subscriptions with it, so whose are
gone is polled at once; and what is gone for another reason is asked for anew.
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
ASKED, LOOKED = "look through asked", "look through begun"
# Where TikTok shows none at all, as its fault or ours, not every account is urgent at once.
MOST_HINTED = 100

log = get_logger(__name__)


def request_verification(session: Session, now: datetime) -> None:
    """Request a verification within minutes. Idempotent."""
    heartbeats.beat(session, ASKED, now)


def verify_subscriptions_if_due(context: ServiceContext, callback_url: str) -> None:
    """Verify the subscriptions if it is time; after an error of TikTok, again in five minutes."""
    now = context.now()
    with context.database.writing() as session:
        if not _is_due(session, now):
            return
        heartbeats.beat(session, LOOKED, now)
    try:
        lost, ended = verify_subscriptions(context, callback_url)
    except ProviderError as error:
        log.warning("subscriptions not looked through", advice=error.advice)
        with context.database.writing() as session:
            request_verification(session, now)
    else:
        log.info("subscriptions looked through", lost=len(lost), ended=len(ended))


def verify_subscriptions(context: ServiceContext, callback_url: str) -> tuple[list[str], list[str]]:
    """Return the accounts whose subscriptions were lost, and the subscriptions ended.

    Ends subscriptions to our address that we do not know (duplicates), and our own to another address, as
    after a change of PUBLIC_URL. Raises ProviderError.
    """
    database, tiktok = context.database, context.tiktok
    with database.reading() as session:
        before = subscriptions.known_ids(session)
    callbacks = {subscription.id: subscription.callback_url for subscription in tiktok.subscriptions()}
    with database.writing() as session:
        lost = _forget_lost(session, sorted(before - set(callbacks)), context.now())
        known = subscriptions.known_ids(session)
    wrong = [
        item for item, where in callbacks.items() if where and (item in known) != (where == callback_url)
    ]
    for subscription_id in wrong:
        end_subscription(database, tiktok, subscription_id)
    return lost, wrong


def _forget_lost(session: Session, lost: Collection[str], now: datetime) -> list[str]:
    forgotten = {subscriptions.forget_subscription(session, item) for item in lost}
    accounts = sorted(item for item in forgotten if item is not None)
    for advertiser_id in accounts[:MOST_HINTED]:
        request_poll(session, advertiser_id, now, PollReason.NOTICES_ENDED)
    return accounts


def _is_due(session: Session, now: datetime) -> bool:
    looked, asked = heartbeats.last_beat(session, LOOKED), heartbeats.last_beat(session, ASKED)
    if looked is None or now - looked >= EVERY:
        return True
    return asked is not None and asked >= looked and now - looked >= SOONEST
