"""An account's next poll: the soonest that any store linking it needs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.decision import Stage
from receiver.domain.schedule import NextPoll, PollingState, next_poll, polling_state_of
from receiver.services.evaluation.evaluate import evaluate
from receiver.storage import tables
from receiver.storage.links import stores_of


def plan_poll(session: Session, account: tables.Account, now: datetime) -> NextPoll:
    """Return the next poll after a successful one; an account without links counts as ended."""
    session.flush()
    states = [
        polling_state_of(evaluate(session, store, now))
        for store in stores_of(session, account.advertiser_id)
        if store.disconnected_at is None
    ] or [PollingState(Stage.ENDED)]
    planned = (next_poll(account.advertiser_id, state, now) for state in states)
    return min(planned, key=lambda item: item.at)
