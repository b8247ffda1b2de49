"""Tests of alerts: when a condition begins, grows, persists for another day, and is over."""

from datetime import UTC, datetime, timedelta

import pytest

from receiver.domain.alerts import AlertEvent, AlertHistory, alert_event, try_again_after

NOW = datetime(2025, 12, 5, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("count", "past", "event"),
    [
        # no alert yet
        (0, AlertHistory(), None),
        (1, AlertHistory(NOW), None),
        (1, AlertHistory(NOW - 4 * MINUTE), None),
        (1, AlertHistory(NOW - 5 * MINUTE), AlertEvent.BEGAN),
        # alerted
        (1, AlertHistory(NOW - HOUR, 1, NOW - 59 * MINUTE), None),
        (1, AlertHistory(NOW - 2 * DAY, 1, NOW - DAY + MINUTE), None),
        (1, AlertHistory(NOW - 2 * DAY, 1, NOW - DAY), AlertEvent.STANDS),
        (0, AlertHistory(None, 1, NOW - MINUTE), AlertEvent.OVER),
        # grown
        (3, AlertHistory(NOW - 2 * HOUR, 2, NOW - HOUR), AlertEvent.GREW),
        (3, AlertHistory(NOW - 2 * HOUR, 2, NOW - HOUR + MINUTE), None),
        (1, AlertHistory(NOW - 2 * HOUR, 2, NOW - HOUR), None),
        # over, and there again
        (0, AlertHistory(None, 0, NOW - MINUTE), None),
        (1, AlertHistory(NOW - 10 * MINUTE, 0, NOW - 30 * MINUTE), None),
        (1, AlertHistory(NOW - 10 * MINUTE, 0, NOW - HOUR), AlertEvent.BEGAN),
        # the clock was set back since
        (1, AlertHistory(NOW + HOUR), AlertEvent.BEGAN),
        (1, AlertHistory(NOW + HOUR, 1, NOW + HOUR), AlertEvent.STANDS),
        (1, AlertHistory(NOW + MINUTE, 1, NOW + MINUTE), None),
    ],
)
def test_which_event_is_reported(count, past, event):
    assert alert_event(count, past, NOW) is event


def test_a_matter_that_comes_and_goes_all_day_is_no_storm():
    past, messages = AlertHistory(), 0
    for minute in range(24 * 60):
        now, count = NOW + minute * MINUTE, int(minute % 20 < 10)
        past = AlertHistory((past.since or now) if count else None, past.count, past.alerted_at)
        if alert_event(count, past, now):
            messages += 1
            past = AlertHistory(past.since, count, now)
    assert 2 * 12 <= messages <= 2 * 24


def test_a_channel_that_fails_is_tried_less_and_less_but_every_hour():
    waits = [try_again_after(failures) for failures in range(1, 200)]
    assert waits[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert set(waits[6:]) == {HOUR}
