"""Ad accounts as TikTok described them, their schedule of polls, and their days of spend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, or_, select, update
from sqlalchemy.orm import Session

from receiver.domain.facts import DaySpend
from receiver.domain.poll_reasons import PollReason
from receiver.request_id import REQUEST_ID
from receiver.storage.parameters import ADVERTISER_IDS
from receiver.storage.tables import Account, Link, SpendDay, Store
from receiver.storage.upsert import insert_into

FIGURES = ("spend", "billed_cost", "cash_spend", "voucher_spend")
URGENT_LEAVES = 4  # one place in so many of a batch is for polls that are not urgent


def account(session: Session, advertiser_id: str) -> Account | None:
    """Return an ad account, None for an unknown id."""
    return session.get(Account, advertiser_id)


def accounts(session: Session) -> list[Account]:
    """Return all ad accounts."""
    return list(session.scalars(select(Account)))


def known_accounts(session: Session, advertiser_ids: Collection[str]) -> list[str]:
    """Return which of these ids are known, sorted; a statement takes about ten thousand."""
    query = select(Account.advertiser_id).where(Account.advertiser_id.in_(advertiser_ids))
    return sorted(session.scalars(query)) if advertiser_ids else []


def lock_accounts(session: Session, advertiser_ids: Collection[str]) -> None:
    """Lock these accounts until the commit.

    Lock ordering: before any store's row, as a poll locks its account before the stores it decides.
    """
    query = select(Account.advertiser_id).where(Account.advertiser_id.in_(advertiser_ids))
    session.execute(query.order_by(Account.advertiser_id).with_for_update()).all()


def account_for_polling(session: Session, advertiser_id: str, now: datetime, reason: PollReason) -> Account:
    """Return the account's row, inserted if missing, due for a poll from `now` on.

    Of two concurrent callers that insert, the second waits for the first.
    """
    values = {"advertiser_id": advertiser_id, "failures": 0}
    session.execute(insert_into(session, Account).values(values).on_conflict_do_nothing())
    row = session.get_one(Account, advertiser_id)
    row.next_poll_at, row.poll_reason = now, reason
    return row


def due_accounts(session: Session, now: datetime, limit: int) -> list[tuple[str, bool]]:
    """Return due accounts, each with whether it is urgent: urgent ones first, then the longest due.

    A quarter of the places stays with planned polls while any wait, so that requests cannot starve them.
    Accounts without a usable consent are left out.
    """
    urgent, planned = (_due_accounts(session, now, urgent, limit) for urgent in (True, False))
    most_urgent = limit - min(len(planned), limit // URGENT_LEAVES)
    due = [
        *((advertiser_id, True) for advertiser_id in urgent[:most_urgent]),
        *((advertiser_id, False) for advertiser_id in planned),
    ]
    return due[:limit]


def _due_accounts(session: Session, now: datetime, urgent: bool, limit: int) -> list[str]:
    due = (Account.next_poll_at <= now, Account.poll_urgent.is_(urgent))
    query = select(Account.advertiser_id).where(*due, Account.advertiser_id.in_(readable_accounts()))
    return list(session.scalars(query.order_by(Account.next_poll_at).limit(limit)))


def put_off_unreadable(session: Session, now: datetime, until: datetime, most: int) -> None:
    """Move the polls of unreadable accounts to `until`, among the `most` longest due.

    Nobody polls an account without a consent: it would be skipped on each search, and reported late for ever.
    """
    due = select(Account.advertiser_id).where(Account.next_poll_at <= now)
    longest = due.order_by(Account.next_poll_at).limit(most).subquery().c.advertiser_id
    is_readable = exists().where(
        Link.advertiser_id == longest,
        readable_link(),
        Store.id == Link.store_id,
        Store.disconnected_at.is_(None),
    )
    session.execute(
        update(Account)
        .where(Account.advertiser_id.in_(select(longest).where(~is_readable)), Account.next_poll_at <= now)
        .values(next_poll_at=until)
        .execution_options(synchronize_session=False)
    )


def reset_due_times(session: Session, now: datetime) -> int:
    """Make accounts with a read time in the future (clock rollback) due now; return the count."""
    updated = session.execute(
        update(Account)
        .where(Account.read_at > now, Account.next_poll_at > now)
        .values(next_poll_at=now, poll_reason=PollReason.CLOCK_ROLLED_BACK)
        .execution_options(synchronize_session=False)
    )
    return int(updated.rowcount)  # type: ignore[attr-defined]  # typed as any Result


def bring_poll_forward(
    session: Session, advertiser_id: str, now: datetime, reason: PollReason, *, urgent: bool, since: datetime
) -> bool:
    """Make the account due for this reason; return whether it was done.

    It is not where no consent lets us read it, or where it was brought forward after `since`.
    """
    updated = session.execute(
        update(Account)
        .where(Account.advertiser_id == advertiser_id, Account.advertiser_id.in_(readable_accounts()))
        .where(or_(Account.poll_requested_at.is_(None), Account.poll_requested_at <= since))
        .values(
            next_poll_at=now,
            poll_reason=reason,
            poll_requested_at=now,
            requested_by=REQUEST_ID.get(),
            **_urgent(urgent),
        )
        .returning(Account.advertiser_id)
        .execution_options(synchronize_session=False)
    )
    return updated.first() is not None


def poll_sooner(
    session: Session,
    advertiser_id: str,
    at: datetime,
    reason: PollReason,
    *,
    urgent: bool,
    planned: Collection[PollReason],
) -> None:
    """Poll the account at `at`, if it was due later for a `planned` reason; a back-off stays."""
    session.execute(
        update(Account)
        .where(Account.advertiser_id == advertiser_id)
        .where(Account.next_poll_at > at, Account.poll_reason.in_(planned))
        .values(next_poll_at=at, poll_reason=reason, **_urgent(urgent))
        .execution_options(synchronize_session=False)
    )


def _urgent(urgent: bool) -> dict[str, bool]:
    """Return the column to set; never clears an urgent flag."""
    return {"poll_urgent": True} if urgent else {}


def claim_poll(session: Session, advertiser_id: str, now: datetime, lease: timedelta) -> bool:
    """Claim a due poll for the time of `lease`; return False where another poller was faster."""
    claimed = session.execute(
        update(Account)
        .where(Account.advertiser_id == advertiser_id, Account.next_poll_at <= now)
        .values(next_poll_at=now + lease)
        .returning(Account.advertiser_id)
    )
    return claimed.first() is not None


def readable_link() -> Any:
    """Return the condition for open links whose consent lets us call TikTok."""
    return Link.ended_at.is_(None) & Link.consent.is_(True) & Link.token_encrypted.is_not(None)


def readable_accounts() -> Select[str]:
    """Select the ids of the accounts that a consent lets us read."""
    return (
        select(Link.advertiser_id)
        .join(Store, Store.id == Link.store_id)
        .where(readable_link(), Store.disconnected_at.is_(None))
    )


def link_to_read(session: Session, advertiser_id: str) -> Link | None:
    """Return the link whose consent is used to read an account, the newest open one; None without any."""
    query = (
        select(Link)
        .join(Store, Store.id == Link.store_id)
        .where(Link.advertiser_id == advertiser_id, readable_link(), Store.disconnected_at.is_(None))
        .order_by(Link.id.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def days(session: Session, advertiser_id: str) -> list[SpendDay]:
    """Return the account's stored days, by date."""
    query = select(SpendDay).where(SpendDay.advertiser_id == advertiser_id).order_by(SpendDay.date)
    return list(session.scalars(query))


_DAYS = (
    select(
        SpendDay.advertiser_id,
        *(SpendDay.date, SpendDay.spend, SpendDay.billed_cost, SpendDay.cash_spend, SpendDay.voucher_spend),
    )
    .where(SpendDay.advertiser_id.in_(ADVERTISER_IDS))
    .order_by(SpendDay.advertiser_id, SpendDay.date)
)


def days_of(session: Session, advertiser_ids: Collection[str]) -> dict[str, list[DaySpend]]:
    """Return, by account, the figures of its days, by date."""
    by_account: defaultdict[str, list[DaySpend]] = defaultdict(list)
    for row in session.execute(_DAYS, {"advertiser_ids": list(advertiser_ids)}):
        by_account[row[0]].append(DaySpend(*row[1:]))
    return by_account


def day_spend(row: SpendDay) -> DaySpend:
    """Return a row's figures as a DaySpend."""
    return DaySpend(row.date, *(getattr(row, name) for name in FIGURES))


def last_date(session: Session, advertiser_id: str) -> date | None:
    """Return the last date with spend that was read, None without any."""
    return max((row.date for row in days(session, advertiser_id) if row.spend), default=None)


def replace_days(
    session: Session, advertiser_id: str, first: date, last: date, rows: Iterable[SpendDay]
) -> list[date]:
    """Overwrite the dates from `first` to `last`; return the dates with spend that `rows` lack.

    Figures once read are never lost for want of an answer: such a date, and a figure that is null now, keep
    the stored values. Only another figure replaces a figure; a stored date without spend is deleted.
    """
    before = {day.date: day for day in days(session, advertiser_id) if first <= day.date <= last}
    for row in rows:
        if (old := before.pop(row.date, None)) is not None:
            for name in FIGURES:
                setattr(row, name, getattr(old, name) if getattr(row, name) is None else getattr(row, name))
        session.merge(row)
    missing = sorted(day for day, old in before.items() if old.spend)
    for day in before.keys() - set(missing):
        session.delete(before[day])
    return missing


def stores_to_decide(session: Session, advertiser_id: str) -> list[str]:
    """Mark the stores whose decision rests on this account as undecided, against crashes; return them."""
    query = select(Link.store_id).where(
        Link.advertiser_id == advertiser_id, Link.ended_at.is_(None), Link.proven_at.is_not(None)
    )
    stores = list(session.scalars(query))
    session.execute(update(Store).where(Store.id.in_(stores)).values(decided_at=None))
    return stores
