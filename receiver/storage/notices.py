"""The notices of stores as of their last decisions, which of them were sent, and where to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from receiver.domain.limits import SENT_NOTICES
from receiver.domain.notices import MailState
from receiver.storage.parameters import STORE_IDS
from receiver.storage.row_batch import RowBatch
from receiver.storage.tables import NoticeAddress, Store, StoreNotice

_OF_STORES = (
    select(StoreNotice.store_id, StoreNotice.id, StoreNotice.noticed_at, StoreNotice.sent_at)
    .where(StoreNotice.store_id.in_(STORE_IDS))
    .order_by(StoreNotice.noticed_at)
)


@dataclass(frozen=True)
class KeptNotice:
    """A notice as it is kept: when it was first noticed, and when it was sent."""

    noticed_at: datetime
    sent_at: datetime | None


def kept_notices(session: Session, store_ids: Collection[str]) -> dict[str, dict[str, KeptNotice]]:
    """Return, by store, its notices by id, the oldest first."""
    found: defaultdict[str, dict[str, KeptNotice]] = defaultdict(dict)
    for store_id, notice_id, noticed_at, sent_at in session.execute(
        _OF_STORES, {"store_ids": list(store_ids)}
    ):
        found[store_id][notice_id] = KeptNotice(noticed_at, sent_at)
    return found


def replace_notices(
    rows: RowBatch, store_id: str, now: datetime, before: Mapping[str, KeptNotice], found: Collection[str]
) -> tuple[set[str], list[str]]:
    """Keep the notices that are true now; those sent before stay, the newest SENT_NOTICES of them.

    `before`: those kept, the oldest first. Returns which are new, and which are forgotten. The caller holds
    the store's row.
    """
    gone = {notice_id: kept for notice_id, kept in before.items() if notice_id not in found}
    sent = [notice_id for notice_id, kept in gone.items() if kept.sent_at is not None]
    unsent = [notice_id for notice_id in gone if notice_id not in sent]
    forgotten = [*unsent, *sent[: max(0, len(sent) - SENT_NOTICES)]]
    for item in forgotten:
        rows.remove(StoreNotice, store_id, item)
    new = set(found) - set(before)
    for item in sorted(new):
        rows.add(StoreNotice, store_id=store_id, id=item, noticed_at=now)
    return new, forgotten


def claim_unsent(session: Session, store_id: str, ids: Collection[str], now: datetime) -> set[str]:
    """Mark those of the notices as sent that were not; return their ids. Whoever asks second gets none."""
    unsent = (StoreNotice.store_id == store_id, StoreNotice.id.in_(ids), StoreNotice.sent_at.is_(None))
    claim = update(StoreNotice).where(*unsent).values(sent_at=now).returning(StoreNotice.id)
    return set(session.scalars(claim, execution_options={"synchronize_session": False}))


def has_unsent(session: Session, store_id: str) -> bool:
    """Return whether the store has a notice that was not sent yet."""
    query = select(StoreNotice.id).where(StoreNotice.store_id == store_id, StoreNotice.sent_at.is_(None))
    return session.scalar(query.limit(1)) is not None


def give_back(session: Session, store_id: str, ids: Collection[str]) -> None:
    """Mark notices as not sent after all."""
    which = (StoreNotice.store_id == store_id, StoreNotice.id.in_(ids))
    session.execute(update(StoreNotice).where(*which).values(sent_at=None))


# -- Addresses ------------------------------------------------------------------------------------


def address_of(session: Session, store_id: str) -> NoticeAddress | None:
    """Return the notice address of a store, None without one."""
    return session.get(NoticeAddress, store_id)


def mail_state(session: Session, store_id: str) -> MailState:
    """Return whether notices of a store go out by e-mail."""
    row = address_of(session, store_id)
    if row is None or row.email_encrypted is None:
        return MailState.OFF
    return MailState.UNCONFIRMED if row.confirmed_at is None else MailState.ON


def count_asked_for(session: Session, email_hash: str, since: datetime) -> int:
    """Count the stores that asked for e-mails to an address since a moment."""
    query = select(func.count()).where(
        NoticeAddress.email_hash == email_hash, NoticeAddress.asked_at >= since
    )
    return session.scalar(query) or 0


def look_at(session: Session, store_ids: Collection[str], at: datetime) -> None:
    """Make the worker check whether these stores' confirmed addresses have a notice to receive."""
    which = (NoticeAddress.store_id.in_(store_ids), NoticeAddress.confirmed_at.is_not(None))
    query = update(NoticeAddress).where(*which, NoticeAddress.due_at.is_(None)).values(due_at=at)
    session.execute(query)


def due_addresses(session: Session, now: datetime, limit: int) -> list[str]:
    """Return the stores to whose merchants something may have to be sent, the longest due first."""
    query = (
        select(NoticeAddress.store_id)
        .join(Store, Store.id == NoticeAddress.store_id)
        .where(
            NoticeAddress.due_at <= now,
            or_(Store.disconnected_at.is_(None), Store.keys_left_at.is_not(None)),
        )
        .order_by(NoticeAddress.due_at, NoticeAddress.store_id)
    )
    return list(session.scalars(query.limit(limit)))


def claim_address(session: Session, store_id: str, now: datetime, until: datetime) -> NoticeAddress | None:
    """Hold a due address until a moment, so that nobody else sends to it; None where somebody does."""
    due = (NoticeAddress.store_id == store_id, NoticeAddress.due_at <= now)
    held = update(NoticeAddress).where(*due).values(due_at=until).returning(NoticeAddress.store_id)
    found = session.scalar(held, execution_options={"synchronize_session": False})
    return None if found is None else session.get_one(NoticeAddress, store_id, populate_existing=True)
