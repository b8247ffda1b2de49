"""Brings a planned poll forward where a decision no longer fits it: something but spend has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.decision import Decision
from receiver.domain.schedule import NextPoll, Why, next_poll, standing_of
from receiver.storage import spend
from receiver.storage.database import Database


@dataclass(frozen=True)
class Sooner:
    """A poll that is wanted earlier than planned, and for another reason."""

    advertiser_id: str
    plan: NextPoll


def sooner_poll(session: Session, decision: Decision) -> Sooner | None:
    """What a decision wants of the account's next poll; None where the plan fits.

    What waits for consent, for staff or for a pause to end has no plan, and is left alone.
    """
    account = decision.account
    advertiser_id = account.advertiser_id if account and account.consent else None
    row = spend.account(session, advertiser_id) if advertiser_id else None
    if (
        row is None
        or row.next_poll_at is None
        or row.spend_read_at is None
        or row.poll_reason not in set(Why)
    ):
        return None
    plan = next_poll(row.advertiser_id, standing_of(decision), row.spend_read_at)
    fits = plan.at >= row.next_poll_at or plan.why == row.poll_reason
    return None if fits else Sooner(row.advertiser_id, plan)


def bring_forward(database: Database, now: datetime, sooner: Sooner) -> None:
    """In a transaction of its own: a poll holds the account first and its stores then, a decision a store."""
    with database.writing() as session:
        at, why = max(now, sooner.plan.at), sooner.plan.why
        spend.poll_sooner(session, sooner.advertiser_id, at, why, urgent=why.is_urgent, planned=set(Why))
