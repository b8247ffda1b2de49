"""Awards: pages by filters, look-ups by id, locks for a change, and counts.

Lock ordering is the same everywhere: stores by id, then awards by id, so that no deadlock arises.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    Select,
    TextClause,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from receiver.domain.awards import DUE_SOON, AwardFilters, AwardState
from receiver.domain.calendar import DAY, zones_on_another_date
from receiver.errors import InputError, NotFound
from receiver.paging import Page
from receiver.storage.chunks import chunks_of
from receiver.storage.paging import Keyset, ScanPlan, last_value, read_rows, scan
from receiver.storage.parameters import ADVERTISER_IDS, STORE_IDS, values_of
from receiver.storage.stores import lock_stores
from receiver.storage.tables import Award, Store
from receiver.storage.tables.awards import IS_FLAGGED

SCANNED_AWARDS = 5_000  # rows that one page examines, where a text is searched for
BY_DUE_DATE = Keyset((Award.due_by, Award.id))


def page_of_awards(
    session: Session, filters: AwardFilters, now: datetime, *, after: str | None, limit: int
) -> Page[Row[Award, str]]:
    """Return a page of awards with their stores' names, the earliest due first; `limit` 0 for all.

    `after` is the id of the last award of the page before. With a text, a page examines at most
    SCANNED_AWARDS rows. Raises InputError for an unknown `after`.
    """
    key = None if after is None else _place_of(session, after)
    if filters.text is not None and limit:
        rows = (
            select()
            .select_from(Award)
            .join(Store, Store.id == Award.store_id)
            .where(*_conditions(filters, now))
        )
        plan = ScanPlan(rows, BY_DUE_DATE, [_matches_text(filters.text)], SCANNED_AWARDS)
        page = scan(session, plan, after=key, limit=limit, cursor=last_value)
        awards = session.execute(_awards_with_names().where(Award.id.in_([key[-1] for key in page.rows])))
        return Page(sorted(awards, key=lambda row: (row[0].due_by, row[0].id)), page.next)
    query = _awards_with_names().where(
        *_conditions(filters, now), *([_matches_text(filters.text)] if filters.text else ())
    )
    return read_rows(session, query, BY_DUE_DATE, after=key, limit=limit, cursor=lambda row: row[0].id)


def _awards_with_names() -> Select[Award, str]:
    return select(Award, Store.name).join(Store, Store.id == Award.store_id)


def _conditions(filters: AwardFilters, now: datetime) -> list[ColumnElement[bool] | TextClause]:
    conditions: list[ColumnElement[bool] | TextClause] = []
    if filters.state is not None:
        conditions.append(Award.state == filters.state)
    if filters.programme is not None:
        conditions.append(Award.programme == filters.programme)
    if filters.flagged:
        conditions.append(IS_FLAGGED)
    if filters.due_before is not None:
        conditions.append(Award.due_by < filters.due_before)
    if filters.due_soon:
        conditions.append(is_due_soon(now))
    if filters.overdue:
        conditions.append(is_late(now))
    return conditions


def _matches_text(text: str) -> ColumnElement[bool]:
    """Return the condition for awards with this text in an id, a reference or the store's name."""
    ids = (Award.id, Award.advertiser_id, Award.store_id, Award.reference, Store.name)
    return or_(*(column.icontains(text, autoescape=True) for column in ids))


def _place_of(session: Session, award_id: str) -> tuple[date, str]:
    award = find_awards(session, [award_id]).get(award_id)
    if award is None:
        raise InputError(f"there is no award {award_id}", path="after")
    return award.due_by, award.id


def lock_awards(session: Session, award_ids: Iterable[str]) -> dict[str, Award]:
    """Lock awards and their stores until the commit; return them by id, without unknown ids."""
    ids = sorted(set(award_ids))
    lock_stores(session, (award.store_id for award in find_awards(session, ids).values()))
    for chunk in chunks_of(ids):
        query = select(Award.id).where(Award.id.in_(chunk)).order_by(Award.id)
        session.execute(query.with_for_update(key_share=True)).all()
    return find_awards(session, ids)


def lock_award(session: Session, award_id: str) -> Award:
    """Lock an award and its store until the commit. Raises NotFound."""
    return _require_award(lock_awards(session, [award_id]), award_id)


def get_award(session: Session, award_id: str) -> Award:
    """Return an award. Raises NotFound."""
    return _require_award(find_awards(session, [award_id]), award_id)


def find_awards(session: Session, award_ids: Iterable[str]) -> dict[str, Award]:
    """Return awards by id, fresh from the database; unknown ids are left out."""
    awards: dict[str, Award] = {}
    for ids in chunks_of(sorted(filter(str.isprintable, set(award_ids)))):
        query = select(Award).where(Award.id.in_(ids)).execution_options(populate_existing=True)
        awards |= {award.id: award for award in session.scalars(query)}
    return awards


def is_late(now: datetime) -> ColumnElement[bool]:
    """Build the condition for overdue awards: due, and past their date in the zone of their account."""
    today = now.astimezone(UTC).date()
    # Not late in any zone: the index on dates leaves such rows out.
    return and_(Award.state == AwardState.DUE, Award.due_by <= today, Award.due_by < _local_date(now))


def is_due_soon(now: datetime) -> ColumnElement[bool]:
    """Build the condition for awards due within DUE_SOON, by the dates of their accounts' zones."""
    today = now.astimezone(UTC).date()
    last = today + DAY + DUE_SOON  # in the zone furthest ahead; as above, the index leads
    return and_(
        Award.state == AwardState.DUE,
        Award.due_by.between(today - DAY, last),
        Award.due_by >= _local_date(now),
        Award.due_by <= _local_date(now, DUE_SOON),
    )


def _local_date(now: datetime, later: timedelta = timedelta(0)) -> ColumnElement[date]:
    """Return the date in the zone of an award's account, `later` added."""
    day = now.astimezone(UTC).date() + later
    behind, ahead = zones_on_another_date(now)
    return case(
        (Award.timezone.in_(behind), literal(day - DAY, Date)),
        (Award.timezone.in_(ahead), literal(day + DAY, Date)),
        else_=literal(day, Date),
    )


def count_overdue(session: Session, now: datetime) -> int:
    """Count the overdue awards."""
    late = is_late(now)
    return session.scalar(select(func.count()).select_from(Award).where(late)) or 0


def holders_of_codes(session: Session, hashes: Iterable[str]) -> dict[str, str]:
    """Return the id of the award that holds a code, by the code's hash; unused hashes are left out."""
    holders: dict[str, str] = {}
    for chunk in chunks_of(sorted(set(hashes))):
        query = select(Award.code_hash, Award.id).where(Award.code_hash.in_(chunk))
        holders |= {code_hash: award_id for code_hash, award_id in session.execute(query) if code_hash}
    return holders


def award_of(session: Session, store: Store) -> Award | None:
    """Return the store's award of its programme, None without one."""
    query = select(Award).where(Award.programme == store.programme, Award.store_id == store.id)
    return session.scalars(query).first()


_OF_STORES = select(Award).where(Award.store_id.in_(STORE_IDS), Award.programme.in_(values_of("programmes")))
_OF_ACCOUNTS = (
    select(Award).where(Award.advertiser_id.in_(ADVERTISER_IDS)).order_by(Award.decided_at, Award.id)
)


def awards_of_stores(session: Session, stores: Iterable[Store]) -> dict[str, Award]:
    """Return, by store, its award of its own programme; a store without an award is left out."""
    programmes = {store.id: store.programme for store in stores}
    parameters = {"store_ids": list(programmes), "programmes": list({*programmes.values()})}
    awards = session.scalars(_OF_STORES, parameters, execution_options={"populate_existing": True})
    return {award.store_id: award for award in awards if award.programme == programmes[award.store_id]}


def awards_of_account(session: Session, advertiser_id: str) -> list[Award]:
    """Return all awards given for an ad account, across programmes, the oldest first."""
    return awards_of_accounts(session, [advertiser_id]).get(advertiser_id, [])


def awards_of_accounts(session: Session, advertiser_ids: Collection[str]) -> dict[str, list[Award]]:
    """Return, by ad account, its awards across programmes, the oldest first."""
    awards: defaultdict[str, list[Award]] = defaultdict(list)
    for award in session.scalars(_OF_ACCOUNTS, {"advertiser_ids": list(advertiser_ids)}):
        awards[award.advertiser_id].append(award)
    return awards


def _require_award(awards: dict[str, Award], award_id: str) -> Award:
    if award_id not in awards:
        raise NotFound(f"there is no award {award_id}")
    return awards[award_id]
