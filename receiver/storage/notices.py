"""Notices of stores as of their last decisions, which of them were sent, and the addresses for them."""

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
class StoredNotice:
    """A stored notice: when it was first noticed, and when it was sent."""

    noticed_at: datetime
    sent_at: datetime | None


def stored_notices(session: Session, store_ids: Collection[str]) -> dict[str, dict[str, StoredNotice]]:
    """Return the stored notices of stores by store and notice id, the oldest first."""
    notices: defaultdict[str, dict[str, StoredNotice]] = defaultdict(dict)
    for store_id, notice_id, noticed_at, sent_at in session.execute(
        _OF_STORES, {"store_ids": list(store_ids)}
    ):
        notices[store_id][notice_id] = StoredNotice(noticed_at, sent_at)
    return notices


def replace_notices(
    rows: RowBatch, store_id: str, now: datetime, before: Mapping[str, StoredNotice], current: Collection[str]
) -> tuple[set[str], list[str]]:
    """Store the notices that are true now; of ended ones the newest SENT_NOTICES that were sent stay.

    `before`: the stored ones, the oldest first. Returns the ids of new ones, and of deleted ones. The caller
    has locked the store's row.
    """
    ended_notices = {notice_id: notice for notice_id, notice in before.items() if notice_id not in current}
    sent_ids = [notice_id for notice_id, notice in ended_notices.items() if notice.sent_at is not None]
    unsent = [notice_id for notice_id in ended_notices if notice_id not in sent_ids]
    forgotten = [*unsent, *sent_ids[: max(0, len(sent_ids) - SENT_NOTICES)]]
    for notice_id in forgotten:
        rows.remove(StoreNotice, store_id, notice_id)
    new = set(current) - set(before)
    for notice_id in sorted(new):
        rows.add(StoreNotice, store_id=store_id, id=notice_id, noticed_at=now)
    return new, forgotten


def claim_unsent(session: Session, store_id: str, ids: Collection[str], now: datetime) -> set[str]:
    """Mark the unsent ones among these notices as sent; return their ids. A second caller gets none."""
    unsent = (StoreNotice.store_id == store_id, StoreNotice.id.in_(ids), StoreNotice.sent_at.is_(None))
    claim = update(StoreNotice).where(*unsent).values(sent_at=now).returning(StoreNotice.id)
    return set(session.scalars(claim, execution_options={"synchronize_session": False}))


def has_unsent(session: Session, store_id: str) -> bool:
    """Return whether the store has a notice that was not sent yet."""
    query = select(StoreNotice.id).where(StoreNotice.store_id == store_id, StoreNotice.sent_at.is_(None))
    return session.scalar(query.limit(1)) is not None


def mark_unsent(session: Session, store_id: str, ids: Collection[str]) -> None:
    """Mark notices as not sent, after sending them failed."""
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


def count_requests(session: Session, email_hash: str, since: datetime) -> int:
    """Count the stores that requested e-mails to an address since a time."""
    query = select(func.count()).where(
        NoticeAddress.email_hash == email_hash, NoticeAddress.asked_at >= since
    )
    return session.scalar(query) or 0


def schedule_notices(session: Session, store_ids: Collection[str], at: datetime) -> None:
    """Make these stores' confirmed addresses due at `at`, unless they already are due at some time."""
    which = (NoticeAddress.store_id.in_(store_ids), NoticeAddress.confirmed_at.is_not(None))
    query = update(NoticeAddress).where(*which, NoticeAddress.due_at.is_(None)).values(due_at=at)
    session.execute(query)


def due_addresses(session: Session, now: datetime, limit: int) -> list[str]:
    """Return the stores whose merchants may have to be notified, the longest due first."""
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
    """Claim a due address until a time, so that nobody else sends to it; return None where somebody has."""
    due = (NoticeAddress.store_id == store_id, NoticeAddress.due_at <= now)
    statement = update(NoticeAddress).where(*due).values(due_at=until).returning(NoticeAddress.store_id)
    claimed_id = session.scalar(statement, execution_options={"synchronize_session": False})
    return None if claimed_id is None else session.get_one(NoticeAddress, store_id, populate_existing=True)
