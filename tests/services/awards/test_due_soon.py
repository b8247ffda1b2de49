"""“Due within 3 days” is one set of awards, by the dates of each account's zone; on both databases."""

from datetime import UTC, date, datetime

import pytest

from receiver.domain.awards import AwardFilters
from receiver.services.alerts.work_queue import list_todo_items
from receiver.services.awards.listing import page_of_awards
from receiver.services.programmes.statistics import count_programmes, programme_stats
from receiver.storage.tables import Award
from tests.award_fixtures import AwardActions

NOW = datetime(2025, 11, 28, 11, 0, tzinfo=UTC)  # in Kiritimati, 14 hours ahead, it is the 29th
DUE = {  # what each award is due by, and the zone of its account
    "aw_0": (date(2025, 11, 27), "UTC"),  # overdue
    "aw_1": (date(2025, 11, 28), "UTC"),
    "aw_2": (date(2025, 12, 1), "UTC"),  # the third day
    "aw_3": (date(2025, 12, 1), None),
    "aw_4": (date(2025, 12, 2), "UTC"),
    "aw_5": (date(2025, 11, 28), "Pacific/Kiritimati"),  # overdue there
    "aw_6": (date(2025, 12, 2), "Pacific/Kiritimati"),
    "aw_7": (date(2025, 12, 1), "Pacific/Honolulu"),
}
SOON = ["aw_1", "aw_2", "aw_3", "aw_7", "aw_6"]  # by date


@pytest.fixture
def awards(container, clock):
    clock.at = NOW
    actions = AwardActions(container, len(DUE) + 1)
    with container.database.writing() as session:
        for award_id, (due_by, zone) in DUE.items():
            award = session.get_one(Award, award_id)
            award.due_by, award.timezone = due_by, zone
        session.get_one(Award, "aw_8").state = "issued"
        session.get_one(Award, "aw_8").due_by = date(2025, 11, 29)
    return actions


def test_the_list_the_overview_and_the_programme_count_the_same_awards(awards, container):
    due_soon = page_of_awards(container.at(NOW), AwardFilters(due_soon=True), limit=0).rows
    assert [row["id"] for row in due_soon] == SOON
    everything = page_of_awards(container.at(NOW), AwardFilters(), limit=0).rows
    assert sorted(row["id"] for row in everything if row["due_soon"]) == sorted(SOON)
    matters = {matter.id: matter.count for matter in list_todo_items(container.at(NOW))}
    count_programmes(container.at(NOW))
    (stats,) = programme_stats(container.at(NOW))
    assert stats.counts is not None
    assert [tier.due_soon.awards for tier in stats.counts.tiers] == [matters["awards_due_soon"]] == [5]


@pytest.mark.parametrize(
    ("text", "award_ids"),
    [("7000002", ["aw_2"]), ("aw_4", ["aw_4"]), ("ST_1", ["aw_1"]), ("nobody's", []), ("%", [])],
)
def test_part_of_an_account_name_or_id_finds_an_award(awards, container, text, award_ids):
    page = page_of_awards(container.at(NOW), AwardFilters(text=text), limit=50)
    assert ([row["id"] for row in page.rows], page.next) == (award_ids, None)
    assert [
        row["id"] for row in page_of_awards(container.at(NOW), AwardFilters(text=text), limit=0).rows
    ] == award_ids
