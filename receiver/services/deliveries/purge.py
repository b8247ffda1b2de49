"""Deletion of expired data, in small steps: ended deliveries, quarantine, samples and the like.

Unfinished deliveries are never deleted, nor anything that decisions rest on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from threading import Event

from sqlalchemy.orm import Session

from receiver.logs import get_logger
from receiver.services.context import ServiceContext
from receiver.storage import (
    address_claims,
    connection_attempts,
    consents,
    decisions,
    deliveries,
    hourly_counts,
    login_attempts,
    polls,
    problems,
    quarantine,
    rate_limiter,
    rejections,
    replays,
    signals,
    store_days,
    webhook_endpoints,
)
from receiver.storage.database import Database

STEP = 500  # rows in one transaction, so that receiving continues in between
QUARANTINE_KEPT = timedelta(days=14)
SAMPLES_KEPT = timedelta(days=30)
COUNTS_KEPT = timedelta(days=400)
CONSENT_FLOWS_KEPT = timedelta(days=1)
ADDRESS_CLAIMS_KEPT = timedelta(days=90)  # since they were last seen
SIGNALS_KEPT = timedelta(days=400)  # applied again later, they change nothing (apply_signal.py)
DECISIONS_KEPT = timedelta(days=90)  # all of them; of older days the last of each, and those awards rest on
REPLAYS_KEPT = timedelta(days=400)
POLLS_KEPT = timedelta(days=14)
PAUSES_KEPT = timedelta(days=2)  # past their end: of an account that nobody asks about any more
SECRETS_KEPT = timedelta(days=400)  # past their end: they prove long deleted deliveries
PROBLEMS_KEPT = timedelta(days=30)  # past their end
SIGN_IN_TRIES_KEPT = timedelta(days=2)  # longer than any try counts

log = get_logger(__name__)

Steps = Mapping[str, Callable[[Session], int]]


def purge(
    context: ServiceContext,
    keep_days: int,
    *,
    within: timedelta,
    stopping: Event | None = None,
    progress: Callable[[dict[str, int]], None] = lambda _: None,
) -> dict[str, int]:
    """Delete expired data for at most the time `within`; return the number of deleted rows by kind.

    `progress` is called with the numbers so far after every step. Raises StorageUnavailable; finished steps
    stay.
    """
    now = context.now()
    deleted: dict[str, int] = {}
    end = time.monotonic() + within.total_seconds()
    for kind, count in _run_steps(context.database, _steps(now, keep_days)):
        deleted[kind] = deleted.get(kind, 0) + count
        progress(deleted)
        if time.monotonic() > end or (stopping is not None and stopping.is_set()):
            break
    if not context.database.shrink():
        log.warning("purged, but a read that does not end keeps what went in the log of the database")
    return deleted


def count_expired(
    context: ServiceContext, keep_days: int, *, within: timedelta = timedelta.max
) -> dict[str, int]:
    """Return what `purge` would delete, by a dry run of at most the time `within` (by default unlimited)."""
    now = context.now()
    end = time.monotonic() + within.total_seconds()
    with context.database.rolled_back() as dry_run:
        totals: dict[str, int] = {}
        for kind, count in _run_steps(dry_run, _steps(now, keep_days)):
            totals[kind] = totals.get(kind, 0) + count
            if time.monotonic() > end:
                break
        return totals


def _run_steps(database: Database, steps: Steps) -> Iterator[tuple[str, int]]:
    """Run each step until it deletes less than STEP rows; yield kind and number after each transaction."""
    for kind, step in steps.items():
        count = STEP
        while count == STEP:
            with database.writing() as session:
                count = step(session)
            yield kind, count


def _steps(now: datetime, keep_days: int) -> Steps:
    """Return the steps of a purge; each deletes at most STEP rows and returns their number."""
    oldest_delivery, oldest_day = now - timedelta(days=keep_days), (now - COUNTS_KEPT).date()
    oldest_flow = now - CONSENT_FLOWS_KEPT
    return {
        "deliveries": lambda session: deliveries.purge_ended(session, oldest_delivery, STEP),
        "quarantine": lambda session: quarantine.purge_quarantined(session, now - QUARANTINE_KEPT, STEP),
        "samples": lambda session: rejections.purge_samples(session, now - SAMPLES_KEPT, STEP),
        "counts": lambda session: rejections.purge_counts(session, oldest_day),
        "connects": lambda session: connection_attempts.purge_attempts(session, oldest_flow, STEP),
        "address claims": lambda session: address_claims.purge_claims(
            session, now - ADDRESS_CLAIMS_KEPT, STEP
        ),
        "consent flows": lambda session: consents.purge_flows(session, oldest_flow, STEP),
        "signals": lambda session: signals.purge_signals(session, now - SIGNALS_KEPT, STEP),
        "decisions": lambda session: decisions.thin_decisions(session, now - DECISIONS_KEPT, STEP),
        "hourly counts": lambda session: hourly_counts.purge_counts(session, now - COUNTS_KEPT),
        "polls": lambda session: polls.purge_polls(session, now - POLLS_KEPT, STEP),
        "store days": lambda session: store_days.purge_days(session, oldest_day, STEP),
        "replays": lambda session: replays.purge_ended(session, now - REPLAYS_KEPT, STEP),
        "call pauses": lambda session: rate_limiter.purge_pauses(session, now - PAUSES_KEPT, STEP),
        "webhook secrets": lambda session: webhook_endpoints.purge_secrets(session, now - SECRETS_KEPT, STEP),
        "problems": lambda session: problems.purge_resolved(session, now - PROBLEMS_KEPT, STEP),
        "sign-in tries": lambda session: login_attempts.purge_tries(session, now - SIGN_IN_TRIES_KEPT, STEP),
    }
