"""The place of a signal in what its store tells, also of a store that was restored from a backup."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from receiver.domain.audit import Agent, AuditAction
from receiver.domain.claims import CLOCK_ALLOWANCE, clock_skew
from receiver.domain.signals import SequenceFall, SignalOrder, falls_back, is_of_before
from receiver.storage import audit
from receiver.storage.bridges import reschedule_check
from receiver.storage.links import links_of
from receiver.storage.signals import fall_as_dict, fall_from_dict, news_as_list, news_from_list
from receiver.storage.tables import Store

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


def place_of(store: Store, news: SignalOrder, *, received_at: datetime, by_rest: bool) -> SignalPlace:
    """Return where a signal stands; `by_rest`: we asked the store for it with our own keys."""
    if by_rest and (store.clock_read_at is None or received_at >= store.clock_read_at):
        return SignalPlace.TRUTH
    if is_of_before(news, news_from_list(store.sequence_from), received_at=received_at):
        return SignalPlace.BEFORE_RESTART
    if news.at >= received_at:  # by a clock that is ahead: the moment is ours, not the signal's own
        return SignalPlace.IN_ORDER
    margin = timedelta(seconds=max(0, store.clock_skew or 0))  # a moment ahead of us was kept as ours
    last = newest_of(store, news.install_id)
    if falls_back(news, last, margin=margin + JUMP):
        return SignalPlace.FELL_BACK
    return SignalPlace.PERHAPS_FELL if falls_back(news, last, margin=margin) else SignalPlace.IN_ORDER


def note_fall(session: Session, store: Store, now: datetime) -> None:
    """Tell that a store's numbers fell back, and have its state read at once."""
    store.sequence_fell_at = store.sequence_fell_at or now
    store.decided_at = None
    reschedule_check(session, store.id, now)


def note_run(store: Store, news: SignalOrder) -> None:
    """Keep a signal that fell back in the run of those that agree with it, for restart.py."""
    run = fall_from_dict(store.sequence_fall)
    grown = run.followed_by(news) if run else SequenceFall(news, news)
    store.sequence_fall = fall_as_dict(grown)


def note_order(store: Store, news: SignalOrder, *, is_state: bool) -> None:
    """End the run of a store whose newest signal is in order again.

    A state, which says all of it at once, ends the trouble as well.
    """
    last = newest_of(store, news.install_id)
    if store.sequence_fell_at is None or last is None or news.seq < last.seq:
        return
    store.sequence_fall = None
    if is_state:
        store.sequence_fell_at = None


def begin_anew(session: Session, store: Store, news: SignalOrder, now: datetime) -> bool:
    """Let a sequence that fell back start from the state that was read; return whether it did."""
    store.sequence_fell_at = store.sequence_fall = None
    last = newest_of(store, news.install_id)
    if last is None or news.seq >= last.seq:
        return False
    store.sequence_from = news_as_list(news)
    keep_dates(session, store)
    what = {"install_id": news.install_id, "from": last.seq, "to": news.seq}
    audit.record(session, now, Agent.SERVICE, AuditAction.STORE_SEQUENCE_RESTARTED, store.id, what)
    return True


def keep_dates(session: Session, store: Store) -> None:
    """Let the dates that stand stand for good: an earlier number is not an earlier moment any more."""
    store.installed_news = store.set_up_news = None
    for link in links_of(session, store.id):
        link.linked_news = None


def note_clock(store: Store, claimed_at: datetime, *, received_at: datetime, by_rest: bool) -> None:
    """Measure a store's clock: exactly where it answered us, else by a signal, which may be late."""
    if store.clock_read_at is not None and received_at < store.clock_read_at:
        return
    skew = clock_skew(claimed_at, received_at=received_at)
    if by_rest:
        store.clock_measured_at = received_at
    if by_rest or not _is_explained_by_delay(store, skew):
        store.clock_skew = skew
    store.clock_read_at = received_at


def _is_explained_by_delay(store: Store, skew: int) -> bool:
    if store.clock_measured_at is None or store.clock_skew is None:
        return False
    return skew <= store.clock_skew + CLOCK_ALLOWANCE.total_seconds()


def newest_of(store: Store, install_id: str) -> SignalOrder | None:
    """Return the newest of an install's news that is known."""
    known = (news_from_list(item) for item in (store.integration_news, store.account_news))
    return max(
        (news for news in known if news is not None and news.install_id == install_id),
        key=lambda news: news.seq,
        default=None,
    )
