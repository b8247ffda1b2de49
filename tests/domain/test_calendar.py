"""Tests of dates: when one begins, when its figures are final, and which dates a window holds."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.domain.calendar import Window, final_at, start_of

ZONES = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


@pytest.mark.parametrize(
    ("zone", "day", "final"),
    [
        # A date of New York ends at 05:00 UTC in winter, 04:00 in summer; 48 h later the noon follows.
        ("America/New_York", date(2025, 11, 17), datetime(2025, 11, 20, 12, tzinfo=UTC)),
        ("America/New_York", date(2025, 7, 1), datetime(2025, 7, 4, 12, tzinfo=UTC)),
        # The clocks go back on 2 November 2025, forward on 9 March 2025.
        ("America/New_York", date(2025, 11, 2), datetime(2025, 11, 5, 12, tzinfo=UTC)),
        ("America/New_York", date(2025, 3, 9), datetime(2025, 3, 12, 12, tzinfo=UTC)),
        ("Europe/London", date(2025, 10, 26), datetime(2025, 10, 29, 12, tzinfo=UTC)),
        # Ends at 12:00 UTC exactly: the noon 48 h later serves, not the one after.
        ("Etc/GMT+12", date(2025, 12, 31), datetime(2026, 1, 3, 12, tzinfo=UTC)),
        # Ends an hour after noon: the next noon but two.
        ("Etc/GMT+11", date(2025, 12, 31), datetime(2026, 1, 3, 12, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2025, 12, 31), datetime(2026, 1, 2, 12, tzinfo=UTC)),
        ("UTC", date(2024, 2, 28), datetime(2024, 3, 2, 12, tzinfo=UTC)),
    ],
)
def test_a_date_is_final_at_the_first_noon_utc_48_hours_after_it_ended(zone, day, final):
    assert final_at(day, ZoneInfo(zone)) == final


@given(st.sampled_from(ZONES), st.dates(date(1995, 1, 1), date(2035, 1, 1)))
def test_in_every_zone_finality_waits_two_to_three_days_and_falls_on_a_noon(zone, day):
    final = final_at(day, ZoneInfo(zone))
    delay = final - start_of(day + timedelta(days=1), ZoneInfo(zone))
    assert timedelta(hours=48) <= delay < timedelta(hours=72)
    assert (final.hour, final.minute, final.second, final.utcoffset()) == (12, 0, 0, timedelta(0))


@given(st.sampled_from(ZONES), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_later_dates_are_never_final_before_earlier_ones(zone, day):
    assert final_at(day, ZoneInfo(zone)) <= final_at(day + timedelta(days=1), ZoneInfo(zone))


def test_a_date_begins_when_the_clocks_skip_midnight():
    # Cairo's clocks went from 23:59:59 on 24 April 2025 to 01:00 on the 25th.
    assert start_of(date(2025, 4, 25), ZoneInfo("Africa/Cairo")) == datetime(2025, 4, 24, 22, tzinfo=UTC)


def test_a_window_counts_calendar_dates_with_the_first_as_one():
    window = Window.of(date(2025, 11, 2), 30)
    assert window.last == date(2025, 12, 1)
    assert date(2025, 11, 2) in window
    assert date(2025, 12, 1) in window
    assert date(2025, 12, 2) not in window


@pytest.mark.parametrize(
    ("today", "days_left", "is_over"),
    [
        (date(2025, 11, 2), 29, False),
        (date(2025, 11, 20), 11, False),
        (date(2025, 11, 30), 1, False),
        (date(2025, 12, 1), 0, False),
        (date(2025, 12, 2), 0, True),
    ],
)
def test_days_left_are_the_dates_after_today(today, days_left, is_over):
    window = Window.of(date(2025, 11, 2), 30)
    assert (window.days_left(today), window.is_over(today)) == (days_left, is_over)
