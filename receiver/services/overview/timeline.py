"""The timeline: deliveries, stage changes, polls, acts, and what is only counted by the hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from receiver.documents.problems import problem_words
from receiver.documents.timeline import act_words, decision_words, delivery_words, hour_words, poll_words
from receiver.domain.deliveries import DeliveryState
from receiver.domain.problems import ProblemCause, cause_of_reason
from receiver.domain.timeline import TimelineFilters, TimelineKind
from receiver.errors import InputError
from receiver.paging import Page, first_rows
from receiver.services.search.stores import match_stores
from receiver.services.validation import check_filters
from receiver.storage import store_names, timeline
from receiver.storage.database import Database
from receiver.storage.tables import Delivery
from receiver.storage.timeline import Place, TimelineRows

POLLED, POLL_FAILED = "read", "failed"


@dataclass(frozen=True)
class TimelineEntry:
    """An entry of the timeline, at a moment or of the hour that began then.

    `id` is of its own kind: a delivery's, a decision's, a poll's, an audit entry's. `state`: of a delivery
    as it is now, a stage, or how a poll ended. `subject`: the object of an act, or a poll's ad account.
    """

    at: datetime
    kind: str
    id: int | None
    store_id: str | None
    text: str
    state: str | None = None
    subject: str | None = None
    store_name: str | None = None


def page_of_timeline(
    database: Database, filters: TimelineFilters, *, after: str | None, limit: int
) -> Page[TimelineEntry]:
    """Return a page of entries, the newest first; `after` is the `next` of the page before.

    A page may be short, or empty, and have a `next`. Raises InputError, also where no store matches.
    """
    filters = _validated(filters)
    place = Place.read(after) if after else None
    with database.reading() as session:
        stores = None if filters.store is None else match_stores(session, filters.store)
        page = timeline.page_of_places(session, filters, stores, after=place, limit=limit)
        rows = timeline.rows_at(session, page.rows)
        names = store_names.names_of(session, rows.store_ids())
    return Page(list(_entries(page.rows, rows, names)), page.next)


def list_timeline(database: Database, filters: TimelineFilters, limit: int) -> list[TimelineEntry]:
    """Return the newest entries that fit, `limit` of them or all with 0. Raises InputError."""

    def read(after: str | None, size: int) -> Page[TimelineEntry]:
        return page_of_timeline(database, filters, after=after, limit=size)

    return first_rows(read, limit)


def _validated(filters: TimelineFilters) -> TimelineFilters:
    check_filters(asdict(filters))
    if filters.kind is TimelineKind.HOUR and filters.store is not None:
        raise InputError("what is counted by the hour is not counted by store", path="kind")
    checked = replace(filters, since=_in_utc(filters.since, "since"), until=_in_utc(filters.until, "until"))
    if checked.since and checked.until and checked.since >= checked.until:
        raise InputError("must be later than the beginning", path="until")
    return checked


def _in_utc(moment: datetime | None, path: str) -> datetime | None:
    try:
        return moment and moment.astimezone(UTC)
    except OverflowError:  # its offset leads beyond the first or the last year
        raise InputError("is no moment of the calendar", path=path) from None


def _entries(
    places: Sequence[Place], rows: TimelineRows, names: Mapping[str, str]
) -> Iterator[TimelineEntry]:
    for entry in _unnamed_entries(places, rows, names):
        yield replace(entry, store_name=names.get(entry.store_id or ""))


def _unnamed_entries(
    places: Sequence[Place], rows: TimelineRows, names: Mapping[str, str]
) -> Iterator[TimelineEntry]:
    """Yield the entries at places, without stores' names; what was deleted since is left out."""
    for place in places:
        match place.kind:
            case TimelineKind.DELIVERY if row := rows.deliveries.get(place.id):
                text = delivery_words(row.source, row.topic, row.duplicates, _delivery_error(row))
                yield _entry(place, row.store_id, text, state=row.state)
            case TimelineKind.DECISION if pair := rows.decisions.get(place.id):
                decision, before = pair
                text = decision_words(decision.stage, before)
                yield _entry(place, decision.store_id, text, state=decision.stage)
            case TimelineKind.POLL if poll := rows.polls.get(place.id):
                text = poll_words(poll.advertiser_id, poll.error)
                state = POLL_FAILED if poll.error else POLLED
                store_id = rows.store_of.get(poll.advertiser_id)
                yield _entry(place, store_id, text, state=state, subject=poll.advertiser_id)
            case TimelineKind.ACT if act := rows.acts.get(place.id):
                reason = act.detail.get("reason")
                subject = names.get(act.subject, act.subject)
                text = act_words(act.actor, act.action, subject, str(reason) if reason else None)
                yield _entry(place, act.store_id, text, subject=act.subject)
            case TimelineKind.HOUR:
                yield _entry(place, None, hour_words(rows.hours.get(place.at, {})))


def _delivery_error(row: Delivery) -> str | None:
    """Return why a delivery is dead, in the words of the page of problems; otherwise its error."""
    cause = cause_of_reason(row.reason or "") if row.state == DeliveryState.DEAD else ProblemCause.UNKNOWN
    return row.error if cause is ProblemCause.UNKNOWN else problem_words(cause).what


def _entry(place: Place, store_id: str | None, text: str, **more: str | None) -> TimelineEntry:
    return TimelineEntry(place.at, place.kind, place.id or None, store_id, text, **more)
