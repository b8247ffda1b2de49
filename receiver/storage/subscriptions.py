"""Our subscriptions to TikTok's webhooks, by account, and the accounts still to subscribe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from receiver.storage.spend import readable_accounts
from receiver.storage.tables import Account, Subscription


def accounts_to_subscribe(session: Session, entities: Sequence[str], now: datetime, limit: int) -> list[str]:
    """Return readable accounts that lack one of these subscriptions and are due for an attempt."""
    existing = [
        exists().where(Subscription.advertiser_id == Account.advertiser_id, Subscription.entity == entity)
        for entity in entities
    ]
    due = or_(Account.subscribe_at.is_(None), Account.subscribe_at <= now)
    query = (
        select(Account.advertiser_id)
        .where(due, Account.advertiser_id.in_(readable_accounts()), ~and_(*existing))
        .order_by(Account.advertiser_id)
    )
    return list(session.scalars(query.limit(limit)))


def subscriptions_of(session: Session, advertiser_id: str) -> dict[str, str]:
    """Return TikTok's subscription ids by entity."""
    query = select(Subscription).where(Subscription.advertiser_id == advertiser_id)
    return {row.entity: row.subscription_id for row in session.scalars(query)}


def subscriptions_to_end(session: Session, limit: int) -> list[Subscription]:
    """Return subscriptions to accounts that nobody may read any more."""
    query = select(Subscription).where(_is_unreadable()).order_by(Subscription.advertiser_id)
    return list(session.scalars(query.limit(limit)))


def known_ids(session: Session) -> set[str]:
    """Return the ids of all stored subscriptions."""
    return set(session.scalars(select(Subscription.subscription_id)))


def keep_subscription(session: Session, advertiser_id: str, entity: str, subscription_id: str) -> None:
    """Store a subscription; one of another account with the same id is deleted, since TikTok reused it."""
    other = Subscription.subscription_id == subscription_id, Subscription.advertiser_id != advertiser_id
    session.execute(delete(Subscription).where(*other))
    session.merge(Subscription(advertiser_id=advertiser_id, entity=entity, subscription_id=subscription_id))
    session.flush()


def forget_subscription(session: Session, subscription_id: str) -> str | None:
    """Delete a subscription; return the id of its account, None for an unknown one."""
    statement = delete(Subscription).where(Subscription.subscription_id == subscription_id)
    return session.scalar(statement.returning(Subscription.advertiser_id))


def _is_unreadable() -> ColumnElement[bool]:
    return Subscription.advertiser_id.not_in(readable_accounts())
