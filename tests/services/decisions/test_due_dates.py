"""A due date is a date of the ad account's zone, and one that passed before the award was decided is told."""

from datetime import UTC, date, datetime, timedelta

import pytest
from babel import Locale
from sqlalchemy import select

from receiver.documents.status import full_document
from receiver.domain.awards import AwardFilters
from receiver.services.alerts.work_queue import list_todo_items
from receiver.services.awards.listing import page_of_awards
from receiver.services.decisions.decide import decide_store
from receiver.services.decisions.status import status_of
from receiver.services.programmes.statistics import count_programmes
from receiver.storage import awards, programme_statistics, work_queue
from receiver.storage.tables import AuditEntry, Award
from tests.award_fixtures import AwardActions
from tests.conftest import on_both_databases
from tests.db_factories import keep_all
from tests.factories import SETTLED

DUE_BY = date(2025, 12, 8)
ZONES = (
    "Pacific/Kiritimati",
    "UTC",
    None,
    "America/New_York",
    "Pacific/Honolulu",
)  # as the date ends in them


@pytest.fixture
def database_kind():
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


def put(container, award_id, **values):
    with container.database.writing() as session:
        for name, value in values.items():
            setattr(session.get_one(Award, award_id), name, value)


def overdue_stores(container, now):
    """Return the stores with an overdue award, the same in the list, the statistics and the work queue."""
    overdue = {
        row["store"]
        for row in page_of_awards(container.at(now), AwardFilters(), limit=0).rows
        if row["overdue"]
    }
    matters = {matter.id: matter.count for matter in list_todo_items(container.at(now))}
    count_programmes(container.at(now))
    with container.database.reading() as session:
        queued = set(session.scalars(work_queue.stores_overdue(now)))
        ((_, stored_counts),) = programme_statistics.stored_counts(session).values()
        counts = {
            awards.count_overdue(session, now),
            matters.get("awards_overdue", 0),
            sum(row["overdue"] for row in stored_counts["awards"]),
        }
    assert overdue == queued
    assert counts == {len(overdue)}
    assert matters.get("awards_due_soon", 0) == len(ZONES) - len(overdue)
    return overdue


@on_both_databases
@pytest.mark.parametrize(
    ("at", "overdue"),
    [
        ("2025-12-08T09:59Z", set()),
        ("2025-12-08T10:00Z", {"st_0"}),  # in Kiritimati, 14 hours ahead, the date is over
        ("2025-12-08T23:59Z", {"st_0"}),
        ("2025-12-09T00:00Z", {"st_0", "st_1", "st_2"}),
        ("2025-12-09T04:59Z", {"st_0", "st_1", "st_2"}),
        ("2025-12-09T05:00Z", {"st_0", "st_1", "st_2", "st_3"}),
        ("2025-12-09T10:00Z", {"st_0", "st_1", "st_2", "st_3", "st_4"}),
    ],
)
def test_an_award_is_overdue_once_its_date_is_over_in_its_accounts_zone(container, at, overdue):
    AwardActions(container, len(ZONES))
    for number, zone in enumerate(ZONES):
        put(container, f"aw_{number}", timezone=zone, due_by=DUE_BY)
    assert overdue_stores(container, datetime.fromisoformat(at).astimezone(UTC)) == overdue


LATE = SETTLED + timedelta(days=9)


@pytest.fixture
def store_id(container, clock):
    clock.at = LATE
    return keep_all(container)


@on_both_databases
def test_an_award_first_decided_after_its_due_date_is_flagged_once_and_stays_so(container, store_id):
    for hours in (0, 1):
        decide_store(container.at(LATE + timedelta(hours=hours)), store_id)
    with container.database.reading() as session:
        award = session.scalars(select(Award)).one()
        entries = select(AuditEntry.action, AuditEntry.detail).where(AuditEntry.subject == award.id)
        assert award.flags == ["decided_late"]
        assert [(action, detail["flags"]) for action, detail in session.execute(entries)] == [
            ("award recorded", "decided_late")
        ]


@pytest.mark.parametrize(
    ("language", "headline"),
    [("en", "that date has passed"), ("es", "esa fecha ya pasó"), ("th", "เลยกำหนดแล้ว")],
)
def test_a_due_date_that_passed_is_told_as_passed(container, store_id, language, headline):
    decide_store(container.at(LATE), store_id)
    document = full_document(status_of(container.at(LATE), store_id), Locale(language))
    assert headline in document["headline"]
    assert document["award"]["overdue"] is True


def test_a_date_that_is_still_to_come_is_a_promise(container, store_id):
    decide_store(container.at(SETTLED), store_id)
    document = full_document(status_of(container.at(SETTLED), store_id))
    assert "you receive it by December" in document["headline"]
    assert (document["award"]["overdue"], document["award"]["flags"]) == (False, [])


def test_the_last_moment_of_the_date_in_the_accounts_zone_is_in_time(container, store_id):
    at = datetime(2025, 12, 9, 4, 59, tzinfo=UTC)  # 23:59 of 8 December in New York
    assert decide_store(container.at(at), store_id).award.flags == ()
