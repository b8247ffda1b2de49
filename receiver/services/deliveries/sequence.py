"""The place of a signal in what its store tells, also of a store that was restored from a backup."""

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

JUMP = timedelta(hours=1)  # a clock that was put right by less, and a signal that was late, look the same
FELL_BACK = "its number fell back, as after a restored backup: the store's state is read instead"
BEFORE_RESTART = "is of before the store was restored from a backup"


class SignalPlace(StrEnum):
    """The place of a signal in its store's sequence, by its number and moment."""

    IN_ORDER = "in order"
    TRUTH = "truth"  # the state that we read ourselves, and nothing was heard since
    PERHAPS_FELL = "perhaps fell"  # or its clock jumped, and it came late
    FELL_BACK = "fell back"
    BEFORE_RESTART = "before restart"


def place_of(store: StoreState, news: SignalOrder, *, received_at: datetime, by_rest: bool) -> SignalPlace:
    """Return where a signal stands; `by_rest`: we asked the store for it with our own keys."""
    if by_rest and (store.clock_read_at is None or received_at >= store.clock_read_at):
        return SignalPlace.TRUTH
    if predates_restart(news, store.sequence_from, received_at=received_at):
        return SignalPlace.BEFORE_RESTART
    if news.at >= received_at:  # by a clock that is ahead: the moment is ours, not the signal's own
        return SignalPlace.IN_ORDER
    margin = timedelta(seconds=max(0, store.clock_skew or 0))  # a moment ahead of us was kept as ours
    last = newest_of(store, news.install_id)
    if falls_back(news, last, margin=margin + JUMP):
        return SignalPlace.FELL_BACK
    return SignalPlace.PERHAPS_FELL if falls_back(news, last, margin=margin) else SignalPlace.IN_ORDER


def note_fall(session: Session, store: StoreState, now: datetime) -> None:
    """Tell that a store's numbers fell back, and have its state read at once."""
    store.sequence_fell_at = store.sequence_fell_at or now
    store.decided_at = None
    reschedule_check(session, store.id, now)


def note_run(store: StoreState, news: SignalOrder) -> None:
    """Keep a signal that fell back in the run of those that agree with it, for restart.py."""
    run = store.sequence_fall
    store.sequence_fall = run.extend(news) if run else SequenceFall(news, news)


def note_order(store: StoreState, news: SignalOrder, *, is_state: bool) -> None:
    """End the run of a store whose newest signal is in order again.

    A state, which says all of it at once, ends the trouble as well.
    """
    if store.sequence_fell_at is None:
        return
    last = newest_of(store, news.install_id)
    if last is None or news.seq < last.seq:
        return
    store.sequence_fall = None
    if is_state:
        store.sequence_fell_at = None


def begin_anew(
    session: Session, held: LockedStores, store: StoreState, news: SignalOrder, now: datetime
) -> None:
    """Let a sequence that fell back, if it did, start from the state that was read."""
    store.sequence_fell_at = store.sequence_fall = None
    last = newest_of(store, news.install_id)
    if last is None or news.seq >= last.seq:
        return
    store.sequence_from = news
    held.keep_dates(store)
    held.forget_applied(store.id, news)
    what = {"install_id": news.install_id, "from": last.seq, "to": news.seq}
    audit.record(session, now, Agent.SERVICE, AuditAction.STORE_SEQUENCE_RESTARTED, store.id, what)


def note_clock(store: StoreState, claimed_at: datetime, *, received_at: datetime, by_rest: bool) -> None:
    """Measure a store's clock: exactly where it answered us, else by a signal, which may be late."""
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
    """Return the newest of an install's news that is known."""
    known = (store.integration_news, store.account_news)
    return max(
        (news for news in known if news is not None and news.install_id == install_id),
        key=lambda news: news.seq,
        default=None,
    )
