"""Problems: the messages they consist of, grouped by cause and store, and the rows that lists show.

An index has dead deliveries ordered by reason and store, and a recursive query steps from one group to the
next: it reads the groups, and at most MOST_COUNTED rows of each, not all deliveries that ever died.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, TypeVarTuple, cast

from sqlalchemy import Row, Select, Table, bindparam, delete, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from receiver.domain.deliveries import DeliveryReason
from receiver.domain.problems import (
    CAUSES,
    MOST_COUNTED,
    NO_STORE,
    NOT_REPLAYED,
    RANKS,
    Messages,
    ProblemCause,
    ProblemFilters,
    ProblemState,
    SenderNews,
    cause_of_reason,
    cause_of_rejection,
)
from receiver.domain.rejections import RejectionReason
from receiver.domain.troubles import Actor
from receiver.errors import NotFound
from receiver.paging import LARGEST_ID, Page
from receiver.storage.chunks import chunks_of
from receiver.storage.paging import Keyset, read_rows
from receiver.storage.tables import (
    Delivery,
    Problem,
    Quarantined,
    Rejection,
    RejectionSample,
    Store,
    WebhookEndpoint,
    WebhookSecret,
)
from receiver.storage.upsert import insert_into

Cells = TypeVarTuple("Cells")
Key = tuple[str, ProblemCause]  # a store (or none) and a cause
MessagesByKey = dict[Key, Messages]

NEWEST_FIRST = Keyset((Problem.last_at, Problem.id), descending=True)
MOST_URGENT_FIRST = Keyset((Problem.rank,), then=NEWEST_FIRST)
PROBLEMS = cast(Table, Problem.__table__)

_REASONS = " UNION ALL ".join(f"SELECT '{reason.value}' AS reason" for reason in DeliveryReason)
_DEAD = "SELECT {what} FROM deliveries d WHERE d.state = 'dead' AND d.reason = {of}.reason AND {whose}"
_NEXT_STORE = _DEAD.format(what="min(d.store_id)", of="{of}", whose="{whose}")
_GROUPS = f"""
    WITH RECURSIVE groups (reason, store_id) AS (
        SELECT r.reason, ({_NEXT_STORE.format(of="r", whose="d.store_id IS NOT NULL")}) FROM ({_REASONS}) r
        UNION ALL
        SELECT groups.reason, ({_NEXT_STORE.format(of="groups", whose="d.store_id > groups.store_id")})
        FROM groups WHERE groups.store_id IS NOT NULL
    )
"""  # noqa: S608 (names of ours)
_GROUPS_OF_STORES = f"""
    WITH groups (reason, store_id) AS (
        SELECT r.reason, s.id FROM ({_REASONS}) r CROSS JOIN stores s WHERE s.id IN :stores
    )
"""  # noqa: S608 (names of ours)
_OF_NO_STORE = f"SELECT r.reason, '' FROM ({_REASONS}) r"  # noqa: S608 (names of ours)
_GROUPS_OF_NO_STORE = f"WITH groups (reason, store_id) AS ({_OF_NO_STORE})"


def _count_statement(whose: str) -> str:
    """Return the end of a statement that counts each group and selects its first and last delivery."""
    matching, first, last = (
        _DEAD.format(what=what, of="groups", whose=whose) for what in ("1", "min(d.id)", "max(d.id)")
    )
    return f"""
        SELECT groups.reason, groups.store_id,
            (SELECT count(*) FROM ({matching} LIMIT :most) counted) AS count,
            ({first}) AS first, ({last}) AS last
        FROM groups WHERE groups.store_id IS NOT NULL
    """  # noqa: S608 (names of ours)


_OF_STORE = _count_statement("d.store_id = groups.store_id")
ALL_STORES = text(_GROUPS + _OF_STORE)
SOME_STORES = text(_GROUPS_OF_STORES + _OF_STORE).bindparams(bindparam("stores", expanding=True))
NO_KNOWN_STORE = text(_GROUPS_OF_NO_STORE + _count_statement("d.store_id IS NULL"))


def dead_messages(session: Session, stores: Collection[str] | None = None) -> MessagesByKey:
    """Return the dead deliveries by store and cause, of all senders or of these stores ("": no store)."""
    rows: list[Any] = []
    most = {"most": MOST_COUNTED}
    if stores is None:
        rows += session.execute(ALL_STORES, most)
    for ids in chunks_of(sorted(set(stores or ()) - {NO_STORE})):
        rows += session.execute(SOME_STORES, {**most, "stores": ids})
    if stores is None or NO_STORE in stores:
        rows += session.execute(NO_KNOWN_STORE, most)
    groups = [cells for cells in map(tuple, rows) if cells[2]]
    received_at = _receipt_times(session, {number for cells in groups for number in cells[3:]})
    messages: MessagesByKey = {}
    for reason, store_id, count, first, last in groups:
        cause = cause_of_reason(reason)
        replayable = 0 if cause in NOT_REPLAYED else count
        if first in received_at and last in received_at:  # else it is being deleted
            _add(
                messages,
                (store_id, cause),
                Messages(count, replayable, received_at[first], received_at[last]),
            )
    return messages


def _receipt_times(session: Session, ids: set[int]) -> dict[int, datetime]:
    times: dict[int, datetime] = {}
    for numbers in chunks_of(sorted(ids)):
        query = select(Delivery.id, Delivery.received_at).where(Delivery.id.in_(numbers))
        times |= {row.id: row.received_at for row in session.execute(query)}
    return times


def rejected_messages(session: Session, since: date, stores: Collection[str] | None = None) -> MessagesByKey:
    """Return the calls rejected since a day, by store and cause; `kept`: those in quarantine."""
    messages: MessagesByKey = {}
    for row in session.execute(_of_scope(_rejection_groups(since), Rejection.store_id, stores)):
        cause = cause_of_rejection(row.reason, row.store_id)
        if cause is not None:
            rejected = Messages(
                int(row.calls), 0, _moment(row.first_day, row.first_at), _moment(row.last_day, row.last_at)
            )
            _add(messages, (row.store_id, cause), rejected)
    for row in session.execute(_of_scope(_quarantine_groups(), Quarantined.store_id, stores)):
        key = (row.store_id, ProblemCause.WRONG_SECRET)
        quarantined = Messages(row.calls, row.calls, row.first_at, row.last_at)
        # Quarantined calls were counted, too, but stay longer than the counts that are read here.
        messages[key] = (
            replace(quarantined + messages[key], count=max(quarantined.count, messages[key].count))
            if key in messages
            else quarantined
        )
    return messages


def sender_news(session: Session, stores: Collection[str]) -> dict[str, SenderNews]:
    """Return, by store, when it last sent a signal, when a secret was last set, and if it disconnected."""
    news = {}
    for ids in chunks_of(sorted(set(stores) - {NO_STORE})):
        secret_set_at = func.max(WebhookSecret.created_at)
        query = select(Store.id, Store.clock_read_at, secret_set_at, Store.disconnected_at)
        query = query.outerjoin(WebhookEndpoint, WebhookEndpoint.store_id == Store.id)
        query = query.outerjoin(WebhookSecret, WebhookSecret.hook_id == WebhookEndpoint.id)
        for store_id, heard_at, set_at, left_at in session.execute(
            query.where(Store.id.in_(ids)).group_by(Store.id)
        ):
            news[store_id] = SenderNews(heard_at, set_at, left_at is not None)
    return news


def lock_problems(session: Session, stores: Collection[str] | None = None) -> dict[Key, Problem]:
    """Lock and return the problems, of all senders or of these stores, by store and cause."""
    query = _of_scope(select(Problem).order_by(Problem.id), Problem.store_id, stores)
    rows = session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return {(row.store_id, row.cause): row for row in rows}


def add_problems(session: Session, new: Mapping[Key, Messages]) -> None:
    """Insert problems as open; those that exist already, by a concurrent caller, stay as they are."""
    rows = [
        {
            "store_id": store_id,
            "cause": cause,
            "who": CAUSES[cause].who,
            "rank": RANKS[cause],
            "state": ProblemState.OPEN,
            "first_at": messages.first_at,
            "last_at": messages.last_at,
            "count": messages.count,
            "kept": messages.replayable,
        }
        for (store_id, cause), messages in sorted(new.items())
    ]
    if rows:
        insertion = insert_into(session, PROBLEMS).on_conflict_do_nothing(
            index_elements=["store_id", "cause"]
        )
        session.execute(insertion, rows)


def page_of_problems(
    session: Session,
    filters: ProblemFilters,
    stores: Collection[str] | None,
    *,
    after: int | None,
    limit: int,
) -> Page[Row[Problem, str | None]]:
    """Return a page of problems with their stores' names, the most urgent cause first.

    `stores`: the ids that the filter's text matches; None for all. `after` is the id of the last row of the
    page before. Raises NotFound for an unknown one.
    """
    exact = {Problem.cause: filters.cause, Problem.who: filters.who}
    query = select(Problem, Store.name).outerjoin(Store, Store.id == Problem.store_id)
    query = query.where(Problem.state == filters.state)
    query = query.where(*(column == value for column, value in exact.items() if value is not None))
    query = _of_scope(query, Problem.store_id, stores)
    key = None
    if after is not None:
        last = get_problem(session, after)
        key = (last.rank, last.last_at, last.id)
    return read_rows(
        session, query, MOST_URGENT_FIRST, after=key, limit=limit, cursor=lambda row: str(row[0].id)
    )


def get_problem(session: Session, problem_id: int, *, locked: bool = False) -> Problem:
    """Return a problem; `locked` locks its row. Raises NotFound."""
    query = select(Problem).where(Problem.id == problem_id).execution_options(populate_existing=True)
    problem = None
    if problem_id <= LARGEST_ID:
        problem = session.scalars(query.with_for_update() if locked else query).first()
    if problem is None:
        raise NotFound(f"there is no problem {problem_id}")
    return problem


def store_name(session: Session, store_id: str) -> str | None:
    """Return a store's name, None for an unknown id."""
    return session.scalar(select(Store.name).where(Store.id == store_id))


def count_open(session: Session, most: int) -> int:
    """Count the open problems that somebody must act on, up to `most` + 1."""
    of_somebody = [who for who in Actor if who is not Actor.NOBODY]
    query = select(Problem.id).where(Problem.state == ProblemState.OPEN, Problem.who.in_(of_somebody))
    return session.scalar(select(func.count()).select_from(query.limit(most + 1).subquery())) or 0


def purge_resolved(session: Session, before: datetime, limit: int) -> int:
    """Delete up to `limit` problems that were resolved before a time; return their number."""
    old = select(Problem.id).where(Problem.state == ProblemState.RESOLVED, Problem.resolved_at < before)
    statement = delete(Problem).where(Problem.id.in_(old.limit(limit))).returning(Problem.id)
    return len(session.execute(statement, execution_options={"synchronize_session": False}).all())


def _rejection_groups(since: date) -> Select[*tuple[Any, ...]]:
    """Select rejections by store and reason: counts have days, the samples of some reasons also times."""
    of_kind = (RejectionSample.store_id == Rejection.store_id, RejectionSample.reason == Rejection.reason)
    sample = select(RejectionSample.at).where(*of_kind).correlate(Rejection).limit(1)
    query = select(
        Rejection.store_id,
        Rejection.reason,
        func.sum(Rejection.count).label("calls"),
        func.min(Rejection.day).label("first_day"),
        func.max(Rejection.day).label("last_day"),
        sample.order_by(RejectionSample.id).scalar_subquery().label("first_at"),
        sample.order_by(RejectionSample.id.desc()).scalar_subquery().label("last_at"),
    )
    since_day = query.where(Rejection.day >= since, Rejection.reason != RejectionReason.PING)
    return since_day.group_by(Rejection.store_id, Rejection.reason)


def _quarantine_groups() -> Select[*tuple[Any, ...]]:
    query = select(
        Quarantined.store_id,
        func.count().label("calls"),
        func.min(Quarantined.received_at).label("first_at"),
        func.max(Quarantined.received_at).label("last_at"),
    )
    return query.group_by(Quarantined.store_id)


def _of_scope(
    query: Select[*Cells], store_id: InstrumentedAttribute[str], stores: Collection[str] | None
) -> Select[*Cells]:
    return query if stores is None else query.where(store_id.in_(sorted(stores)))


def _moment(day: date, sampled_at: datetime | None) -> datetime:
    """Return the time of a sample taken on this day, else the day's beginning."""
    return sampled_at if sampled_at and sampled_at.date() == day else datetime.combine(day, time(), UTC)


def _add(totals: MessagesByKey, key: Key, messages: Messages) -> None:
    totals[key] = totals[key] + messages if key in totals else messages
