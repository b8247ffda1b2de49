"""Periods in the reader's zone, also when its clock is changed."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import g

from receiver.app import create_app
from receiver.errors import InputError
from receiver.web.admin.periods import period_fields, read_period, usual_periods


@pytest.fixture(scope="module")
def database_kind():
    return "sqlite"  # no period asks the database


@pytest.fixture(autouse=True)
def reader(container):
    with create_app(container=container).app_context():
        g.person = SimpleNamespace(timezone="America/New_York")
        yield g.person


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 8, 7, 30, tzinfo=UTC),  # half an hour after the clocks were put forward
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # in the hour that comes twice, the first time
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),  # and the second
        datetime(2026, 11, 1, 7, 30, tzinfo=UTC),
        datetime(2024, 2, 29, 5, 0, tzinfo=UTC),
    ],
)
def test_the_last_hour_is_never_less_than_an_hour_when_the_clocks_change(now):
    since = read_period(usual_periods(now)["last hour"])["since"]
    assert timedelta(hours=1) <= now - since <= timedelta(hours=2)


@pytest.mark.parametrize(
    ("query", "hours"),
    [
        ({"since": "2026-11-01T01:15", "until": "2026-11-01T01:45"}, 1.5),  # both 1:15 to 1:45
        ({"since": "2026-03-08T02:15", "until": "2026-03-08T02:45"}, 1.5),  # times that never were
        ({"since": "2026-11-01", "until": "2026-11-01"}, 25),
        ({"since": "2026-03-08", "until": "2026-03-08"}, 23),
        ({"since": "2026-11-01T00:30", "until": "2026-11-01T03:30"}, 4),
    ],
)
def test_of_an_hour_that_comes_twice_a_period_holds_all(query, hours):
    period = read_period(query)
    assert period["until"] - period["since"] == timedelta(hours=hours)


@pytest.mark.parametrize(
    "text",
    [
        *("0001-01-01", "0001-01-01T00:00", "9999-12-31", "9999-12-31T23:59", "1969-06-30", "2025-02-29"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2025-11-20T12:00+99:99", "yesterday"),
    ],
)
@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_a_time_outside_the_calendar_is_refused_in_words_and_stays_as_typed(reader, name, text, zone):
    reader.timezone = zone
    with pytest.raises(InputError, match="Enter a date and time"):
        read_period({name: text})
    assert period_fields({name: text}) == {name: text}
