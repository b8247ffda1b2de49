"""The place of a signal in its store's sequence, also after the store was restored from a backup."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from receiver.domain.audit import Agent, AuditAction
from receiver.domain.claims import CLOCK_ALLOWANCE, clock_skew
from receiver.domain.signals import SequenceFall, SignalOrder, falls_back, predates_restart
from receiver.storage import audit
from receiver.storage.connections import reschedule_check
from receiver.storage.locked_stores import LockedStores
from receiver.storage.signal_state import StoreState

JUMP = timedelta(hours=1)  # a clock corrected by less looks the same as a late signal
FELL_BACK = "its number fell back, as after a restored backup: the store's state is read instead"
BEFORE_RESTART = "is of before the store was restored from a backup"


class SignalPlace(StrEnum):
    """The place of a signal in its store's sequence, by its number and moment."""

    IN_ORDER = "in order"
    TRUTH = "truth"  # the state that we read ourselves, with no signal since
    PERHAPS_FELL = "perhaps fell"  # or its clock jumped and it came late
    FELL_BACK = "fell back"
    BEFORE_RESTART = "before restart"


def place_of(store: StoreState, news: SignalOrder, *, received_at: datetime, by_rest: bool) -> SignalPlace:
    """Return the place of a signal in its sequence; `by_rest`: it was read from the store with our keys."""
    if by_rest and (store.clock_read_at is None or received_at >= store.clock_read_at):
        return SignalPlace.TRUTH
    if predates_restart(news, store.sequence_from, received_at=received_at):
        return SignalPlace.BEFORE_RESTART
    if news.at >= received_at:  # by a clock that is ahead: the time is ours, not the signal's own
        return SignalPlace.IN_ORDER
    margin = timedelta(seconds=max(0, store.clock_skew or 0))  # a time ahead of ours was stored as ours
    last = newest_of(store, news.install_id)
    if falls_back(news, last, margin=margin + JUMP):
        return SignalPlace.FELL_BACK
    return SignalPlace.PERHAPS_FELL if falls_back(news, last, margin=margin) else SignalPlace.IN_ORDER


def note_fall(session: Session, store: StoreState, now: datetime) -> None:
    """Record that a store's numbers fell back, and request a check that reads its state at once."""
    store.sequence_fell_at = store.sequence_fell_at or now
    store.decided_at = None
    reschedule_check(session, store.id, now)


def note_run(store: StoreState, news: SignalOrder) -> None:
    """Add a signal that fell back to the run of those that agree with it, for restart.py."""
    run = store.sequence_fall
    store.sequence_fall = run.extend(news) if run else SequenceFall(news, news)


def note_order(store: StoreState, news: SignalOrder, *, is_state: bool) -> None:
    """End the run of a store whose newest signal is in order again.

    A report of the whole state ends the trouble as well.
    """
    if store.sequence_fell_at is None:
        return
    last = newest_of(store, news.install_id)
    if last is None or news.seq < last.seq:
        return
    store.sequence_fall = None
    if is_state:
        store.sequence_fell_at = None


def restart_at_state(
    session: Session, locked: LockedStores, store: StoreState, news: SignalOrder, now: datetime
) -> None:
    """Restart a sequence that fell back, if it did, at the state that was read."""
    store.sequence_fell_at = store.sequence_fall = None
    last = newest_of(store, news.install_id)
    if last is None or news.seq >= last.seq:
        return
    store.sequence_from = news
    locked.keep_dates(store)
    locked.forget_applied(store.id, news)
    what = {"install_id": news.install_id, "from": last.seq, "to": news.seq}
    audit.record(session, now, Agent.SERVICE, AuditAction.STORE_SEQUENCE_RESTARTED, store.id, what)


def note_clock(store: StoreState, claimed_at: datetime, *, received_at: datetime, by_rest: bool) -> None:
    """Measure a store's clock: exactly by a state it returned to us, else by a signal, which may be late."""
    if store.clock_read_at is not None and received_at < store.clock_read_at:
        return
    skew = clock_skew(claimed_at, received_at=received_at)
    if by_rest:
        store.clock_measured_at = received_at
    if by_rest or not _is_explained_by_delay(store, skew):
        store.clock_skew = skew
    store.clock_read_at = received_at


def _is_explained_by_delay(store: StoreState, skew: int) -> bool:
    if store.clock_measured_at is None or store.clock_skew is None:
        return False
    return skew <= store.clock_skew + CLOCK_ALLOWANCE.total_seconds()


def newest_of(store: StoreState, install_id: str) -> SignalOrder | None:
    """Return the newest known signal of an install, None without any."""
    orders = (store.integration_news, store.account_news)
    return max(
        (news for news in orders if news is not None and news.install_id == install_id),
        key=lambda news: news.seq,
        default=None,
    )
