"""What went before: other awards, earlier set-ups, and what staff recorded about a store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, delete, exists, func, select, union
from sqlalchemy.orm import Session, aliased

from receiver.domain.limits import DECISIONS_A_DAY
from receiver.storage.tables import Account, Award, DecisionRow, Link, RecordedFact, Review, Store

THINNED = timedelta(days=30)


def other_awards(
    session: Session,
    store: Store,
    *,
    but: Collection[str] = (),
    until: datetime | None = None,
    **of: str | Sequence[str],
) -> int:
    """Count the programme's awards to other stores, by merchant, advertiser_id, business_center or stores.

    `but`: stores that are known to be of another merchant. `until`: only awards decided before, since a later
    one puts no earlier one in doubt.
    """
    theirs = (
        Award.programme == store.programme,
        Award.store_id.not_in({store.id, *but}),
        *(() if until is None else (Award.decided_at < until,)),
    )
    found = union(*(query.where(*theirs) for name, value in of.items() for query in _awards_of(name, value)))
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def _awards_of(name: str, value: str | Sequence[str]) -> list[Select[str]]:
    """By what an award was recorded with, and by what its store or account has become since.

    Each has its own index: with `or` between them, all awards of the programme are looked at.
    """
    if name == "stores":
        return [select(Award.id).where(Award.store_id.in_(value))]
    of_stores = Award.store_id.in_(select(Store.id).where(Store.merchant == value))
    of_accounts = select(Account.advertiser_id).where(Account.business_center == value)
    since = {"merchant": of_stores, "business_center": Award.advertiser_id.in_(of_accounts)}
    told = [getattr(Award, name) == value, *([since[name]] if name in since else [])]
    return [select(Award.id).where(one) for one in told]


def set_up_before(session: Session, store: Store, link: Link | None, lineage: Sequence[str] = ()) -> bool:
    """Return whether this account or this store completed the set-up earlier, under another store or link.

    Only links that an advertiser consented to count, in the order of those consents, which the service
    saw itself; a claim is no link, and leaves no trace. `lineage`: ids of earlier records of the store.
    """
    if link is None or link.proven_at is None:
        return False
    earlier = (
        select(Link.id)
        .join(Store, Store.id == Link.store_id)
        .where(
            Store.programme == store.programme,
            Store.set_up_at <= link.proven_at,
            Link.proven_at < link.proven_at,
            Link.id != link.id,
            Link.store_id.in_([store.id, *lineage]) | (Link.advertiser_id == link.advertiser_id),
        )
        .limit(1)
    )
    return session.scalar(earlier) is not None


def recorded_facts(session: Session, store_id: str) -> dict[str, RecordedFact]:
    """The newest record of each name."""
    query = select(RecordedFact).where(RecordedFact.store_id == store_id).order_by(RecordedFact.id)
    return {row.name: row for row in session.scalars(query)}


def record_fact(session: Session, **values: Any) -> None:
    session.add(RecordedFact(**values))


def decisions_of(
    session: Session, store_id: str, limit: int, *, before: int | None = None
) -> list[DecisionRow]:
    """The newest first, of those before the one with this number; 0 = all."""
    query = select(DecisionRow).where(DecisionRow.store_id == store_id).order_by(DecisionRow.id.desc())
    if before is not None:
        query = query.where(DecisionRow.id < before)
    return list(session.scalars(query.limit(limit) if limit else query))


def decision_before(session: Session, row: DecisionRow) -> DecisionRow | None:
    """Return the decision for the same store just before this one."""
    earlier = select(DecisionRow).where(DecisionRow.store_id == row.store_id, DecisionRow.id < row.id)
    return session.scalars(earlier.order_by(DecisionRow.id.desc()).limit(1)).first()


def bound_decisions(session: Session, store_id: str, at: datetime) -> None:
    """Keep the first decisions of a store's day and the newest: the one before it gives way."""
    midnight = datetime.combine(at.astimezone(UTC).date(), time(0), UTC)
    of_day = (DecisionRow.store_id == store_id, DecisionRow.decided_at >= midnight)
    query = select(DecisionRow.id).where(*of_day).order_by(DecisionRow.id.desc())
    ids = list(session.scalars(query.limit(DECISIONS_A_DAY + 1)))
    if len(ids) > DECISIONS_A_DAY:
        _forget_decisions(session, DecisionRow.id == ids[1])


def thin_decisions(session: Session, before: datetime, limit: int) -> int:
    """Keep a store's last decision of each day before a moment, and those awards and reviews rest on.

    Looks back THINNED from that moment, so that what was thinned is not read every night.
    Answers how many rows went.
    """
    following = aliased(DecisionRow)
    next_day = (
        select(_day(following.decided_at))
        .where(following.store_id == DecisionRow.store_id, following.id > DecisionRow.id)
        .order_by(following.id)
        .limit(1)
        .scalar_subquery()
    )
    between = (DecisionRow.decided_at >= before - THINNED, DecisionRow.decided_at < before)
    old = select(DecisionRow.id).where(*between, next_day == _day(DecisionRow.decided_at), *_unreferenced())
    return _forget_decisions(session, DecisionRow.id.in_(old.limit(limit)))


def _day(at: Any) -> Any:
    """The day of a moment as both databases write it, in UTC."""
    return func.substr(cast(at, String), 1, 10)


def _unreferenced() -> tuple[ColumnElement[bool], ...]:
    of_awards = exists().where(Award.decision_id == DecisionRow.id)
    return ~of_awards, ~exists().where(Review.decision_id == DecisionRow.id)


def _forget_decisions(session: Session, which: ColumnElement[bool]) -> int:
    gone = delete(DecisionRow).where(which, *_unreferenced()).returning(DecisionRow.id)
    return len(session.execute(gone, execution_options={"synchronize_session": False}).all())


def award_of(session: Session, store: Store) -> Award | None:
    query = select(Award).where(Award.programme == store.programme, Award.store_id == store.id)
    return session.scalars(query).first()


def awards_of_account(session: Session, advertiser_id: str) -> list[Award]:
    """Every award given for an ad account, of whatever programme, the oldest first."""
    query = select(Award).where(Award.advertiser_id == advertiser_id)
    return list(session.scalars(query.order_by(Award.decided_at, Award.id)))


def list_awards(session: Session, state: str | None, limit: int) -> list[Award]:
    query = select(Award).order_by(Award.due_by, Award.id)
    if state:
        query = query.where(Award.state == state)
    return list(session.scalars(query.limit(limit) if limit else query))


def stores_decided_before(session: Session, moment: datetime, limit: int) -> list[str]:
    """Stores whose last decision is older than `moment`, or that were never decided; the oldest first.

    One that disconnected is left alone once it has no award whose life goes on.
    """
    in_life = exists().where(Award.store_id == Store.id, Award.state != "expired")
    query = (
        select(Store.id)
        .where(Store.disconnected_at.is_(None) | in_life)
        .where(Store.decided_at.is_(None) | (Store.decided_at < moment))
        .order_by(Store.decided_at.is_not(None), Store.decided_at)
        .limit(limit)
    )
    return list(session.scalars(query))
