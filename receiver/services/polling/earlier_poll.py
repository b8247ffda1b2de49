"""Moving a planned poll up where a decision no longer fits it: something but spend has changed."""

from __future__ import annotations

from dataclasses import dataclass

from receiver.domain.decision import Decision
from receiver.domain.poll_reasons import PLANNED
from receiver.domain.schedule import NextPoll, next_poll, polling_state_of
from receiver.services.context import ServiceContext
from receiver.storage import spend
from receiver.storage.tables import Account


@dataclass(frozen=True)
class EarlierPoll:
    """A poll that is wanted earlier than planned, and for another reason."""

    advertiser_id: str
    plan: NextPoll


def earlier_poll(row: Account | None, decision: Decision) -> EarlierPoll | None:
    """Return the poll of its account that a decision wants earlier than planned; None where the plan fits.

    An account that waits for consent, for staff or for a pause to end has no plan, and is left alone.
    """
    if row is None or decision.account is None or not decision.account.consent:
        return None
    if row.next_poll_at is None or row.spend_read_at is None or row.poll_reason not in PLANNED:
        return None
    plan = next_poll(row.advertiser_id, polling_state_of(decision), row.spend_read_at)
    fits = plan.at >= row.next_poll_at or plan.why == row.poll_reason
    return None if fits else EarlierPoll(row.advertiser_id, plan)


def reschedule_poll(context: ServiceContext, earlier: EarlierPoll) -> None:
    """Reschedule the poll, in a transaction of its own.

    The lock order differs: a poll locks the account, then its stores; a decision locks a store.
    """
    now = context.now()
    with context.database.writing() as session:
        at, why = max(now, earlier.plan.at), earlier.plan.why
        spend.poll_sooner(session, earlier.advertiser_id, at, why, urgent=why.is_urgent, planned=PLANNED)
