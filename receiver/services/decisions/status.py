"""The status of a store: its decision as of now, the freshness of its figures, and the next check."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from receiver.documents.status import Status
from receiver.domain.decision import Stage
from receiver.services.awards.code import reveal_code
from receiver.services.context import ServiceContext
from receiver.services.decisions.notices import current_notices
from receiver.services.decisions.troubles import is_stale, observe
from receiver.services.evaluation.evaluate import evaluate_records
from receiver.services.evaluation.records import StoreRecords, records_of
from receiver.services.programmes.places import admission_of
from receiver.storage import notices, reviews, stores, tables
from receiver.storage.cipher import token_hash


def status_of(context: ServiceContext, store_id: str) -> Status:
    """Return a store's status. Raises NotFound."""
    now = context.now()
    with context.database.reading() as session:
        return _status(session, stores.get_store(session, store_id), now)


def status_for_merchant(context: ServiceContext, token: str) -> Status:
    """Return the status as `status_for_token` does, with the redeem code in clear: for the store only."""
    with context.database.reading() as session:
        status = _status(session, stores.store_of_token(session, token_hash(token)), context.now())
        return replace(status, decision=reveal_code(session, context.cipher, status.decision))


def status_for_token(context: ServiceContext, token: str) -> Status:
    """Return the status of the store that a status token belongs to. Raises NotFound for an unknown token."""
    now = context.now()
    with context.database.reading() as session:
        return _status(session, stores.store_of_token(session, token_hash(token)), now)


def _status(session: Session, store: tables.Store, now: datetime) -> Status:
    return status_from(session, records_of(session, store, now), now)


def status_from(session: Session, records: StoreRecords, now: datetime) -> Status:
    """Return the status of a store whose records were read at `now`."""
    store, account = records.store, records.account
    _, decision = evaluate_records(records, now)
    observed = observe(records, decision, now)
    review = reviews.newest_review(session, store.id)
    return Status(
        decision=decision,
        store_name=store.name,
        stale=account is None or is_stale(account, decision, now),
        next_check=account.next_poll_at if account else None,  # None for an account that is no longer polled
        review=reviews.review_summary(review) if review else None,
        admission=admission_of(session, store, now) if decision.stage is Stage.NOT_ADMITTED else None,
        observed=observed,
        since=records.troubles,
        notices=current_notices(records, decision, observed),
        mail=notices.mail_state(session, store.id),
    )
