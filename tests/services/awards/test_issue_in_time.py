"""Nothing is issued after the credit's end, by the date in the zone of the award's account."""

from datetime import UTC, datetime

import pytest

from receiver.errors import Refused
from receiver.services.awards.issue import issue
from receiver.services.awards.issue_file import issue_file, preview
from receiver.storage.tables import Award
from tests.award_fixtures import AwardActions

LAST_MINUTE = datetime(
    2026, 1, 31, 4, 59, tzinfo=UTC
)  # 30 January in New York, where the credit ends with it
AFTER = datetime(2026, 1, 31, 5, 0, tzinfo=UTC)
ROWS = "award,reference\naw_0,INV-0\n"


@pytest.fixture
def awards(container):
    awards = AwardActions(container)
    with container.database.writing() as session:
        session.get_one(Award, "aw_0").timezone = "America/New_York"
    return awards


def give(awards, now):
    values = {"reference": "INV-0", "delivered_as": "applied", "actor": "ann"}
    return issue(awards.container.at(now), "aw_0", **values)


def state(awards):
    with awards.database.reading() as session:
        return session.get_one(Award, "aw_0").state


def test_an_award_can_be_issued_until_the_end_of_its_credits_last_date(awards):
    assert give(awards, LAST_MINUTE)["state"] == "issued"


def test_after_the_credits_end_issuing_is_refused_with_the_date(awards):
    with pytest.raises(Refused, match="its credit expired on 2026-01-30"):
        give(awards, AFTER)
    assert state(awards) == "due"


def test_a_file_with_an_award_whose_credit_has_ended_is_refused_as_a_whole(awards):
    assert preview(awards.container.at(LAST_MINUTE), ROWS)[0].problem is None
    assert "expired on 2026-01-30" in preview(awards.container.at(AFTER), ROWS)[0].problem
    (planned,) = issue_file(awards.container.at(AFTER), ROWS, "ann")
    assert (planned.outcome, state(awards)) == ("refused", "due")


def test_what_was_issued_in_time_is_the_same_again_after_the_end(awards):
    give(awards, LAST_MINUTE)
    assert give(awards, AFTER)["state"] == "issued"


def test_without_a_kept_zone_the_date_of_utc_counts(container, awards):
    with container.database.writing() as session:
        session.get_one(Award, "aw_0").timezone = None
    with pytest.raises(Refused):
        give(awards, LAST_MINUTE)
