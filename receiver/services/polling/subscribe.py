"""Subscriptions to TikTok's webhooks for each ad account that may be read.

They are a convenience: every account is polled anyway. So a refusal hinders nothing and is tried again
later, and a duplicate, made by two processes or by one that crashed in between, is ended within a day
(verify_subscriptions.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.codes import WRONG_PARAMETER
from receiver.integrations.tiktok.subscriptions import Entity, TikTokSubscription
from receiver.logs import get_logger
from receiver.services.context import ServiceContext
from receiver.storage import spend, subscriptions
from receiver.storage.database import Database

HOW_OFTEN = {Entity.REPORT_DATA_CHANGE: "60_MINUTE", Entity.AD_ACCOUNT_SUSPENSION: None}
AGAIN, MUCH_LATER = timedelta(hours=1), timedelta(hours=24)
FOR_LONG = (Advice.GIVE_UP, Advice.CONFIGURATION, Advice.REAUTHORISE)

log = get_logger(__name__)


class SubscriptionApi(Protocol):
    """The calls to TikTok that subscribing needs; each raises ProviderError."""

    def subscribe(
        self,
        token: str,
        entity: Entity,
        callback_url: str,
        advertiser_ids: Sequence[str],
        notify_frequency: str | None = None,
    ) -> str:
        """Subscribe to one kind of change of these ad accounts; return the subscription's id."""
        ...

    def subscriptions(self, entity: Entity | None = None) -> list[TikTokSubscription]:
        """Return all subscriptions of the app, or those of one kind."""
        ...

    def unsubscribe(self, subscription_id: str) -> None:
        """End a subscription."""
        ...


def keep_subscribed(context: ServiceContext, callback_url: str, *, limit: int) -> None:
    """End the subscriptions of accounts that may not be read, and subscribe those that may.

    At most `limit` of each.
    """
    with context.database.reading() as session:
        advertiser_ids = subscriptions.accounts_to_subscribe(session, list(HOW_OFTEN), context.now(), limit)
        subscription_ids = [
            item.subscription_id for item in subscriptions.subscriptions_to_end(session, limit)
        ]
    for subscription_id in subscription_ids:
        end_subscription(context.database, context.tiktok, subscription_id)
    for advertiser_id in advertiser_ids:
        _subscribe(context, callback_url, advertiser_id)


def end_subscription(database: Database, tiktok: SubscriptionApi, subscription_id: str) -> None:
    """End a subscription at TikTok and here; where TikTok refuses, it stays for a later try."""
    try:
        tiktok.unsubscribe(subscription_id)
    except ProviderError as error:
        # A revoked token takes its subscriptions with it: then there is none of this id.
        if error.code != WRONG_PARAMETER:
            log.warning("not unsubscribed", subscription_id=subscription_id, advice=error.advice)
            return
    with database.writing() as session:
        subscriptions.forget_subscription(session, subscription_id)


def _subscribe(context: ServiceContext, callback_url: str, advertiser_id: str) -> None:
    """Subscribe one account to every kind of change it lacks; a refusal postpones the rest."""
    database = context.database
    with database.reading() as session:
        link = spend.link_to_read(session, advertiser_id)
        entities = subscriptions.subscriptions_of(session, advertiser_id)
    if link is None or link.token_encrypted is None:
        return
    token, again = context.cipher.decrypt(link.token_encrypted), None
    for entity, often in HOW_OFTEN.items():
        if entity in entities:
            continue
        try:
            subscription_id = context.tiktok.subscribe(token, entity, callback_url, [advertiser_id], often)
        except ProviderError as error:
            log.warning("not subscribed", advertiser_id=advertiser_id, entity=entity, advice=error.advice)
            again = error.until or context.now() + (MUCH_LATER if error.advice in FOR_LONG else AGAIN)
            break
        with database.writing() as session:
            subscriptions.keep_subscription(session, advertiser_id, entity, subscription_id)
    with database.writing() as session:
        account = spend.account(session, advertiser_id)
        assert account is not None
        account.subscribe_at = again
