"""Staff hear of a matter once, again when it grew or still stands after a day, and once that it is over."""

from datetime import UTC, datetime, timedelta

import pytest

from receiver.domain.telling import News, Past, news, try_again_after

NOW = datetime(2025, 12, 5, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("count", "past", "told"),
    [
        # nothing told yet
        (0, Past(), None),
        (1, Past(NOW), None),
        (1, Past(NOW - 4 * MINUTE), None),
        (1, Past(NOW - 5 * MINUTE), News.BEGAN),
        # told
        (1, Past(NOW - HOUR, 1, NOW - 59 * MINUTE), None),
        (1, Past(NOW - 2 * DAY, 1, NOW - DAY + MINUTE), None),
        (1, Past(NOW - 2 * DAY, 1, NOW - DAY), News.STANDS),
        (0, Past(None, 1, NOW - MINUTE), News.OVER),
        # grown
        (3, Past(NOW - 2 * HOUR, 2, NOW - HOUR), News.GREW),
        (3, Past(NOW - 2 * HOUR, 2, NOW - HOUR + MINUTE), None),
        (1, Past(NOW - 2 * HOUR, 2, NOW - HOUR), None),
        # told that it is over, and there again
        (0, Past(None, 0, NOW - MINUTE), None),
        (1, Past(NOW - 10 * MINUTE, 0, NOW - 30 * MINUTE), None),
        (1, Past(NOW - 10 * MINUTE, 0, NOW - HOUR), News.BEGAN),
        # the clock was set back since
        (1, Past(NOW + HOUR), News.BEGAN),
        (1, Past(NOW + HOUR, 1, NOW + HOUR), News.STANDS),
        (1, Past(NOW + MINUTE, 1, NOW + MINUTE), None),
    ],
)
def test_what_of_a_matter_is_news(count, past, told):
    assert news(count, past, NOW) is told


def test_a_matter_that_comes_and_goes_all_day_is_no_storm():
    past, messages = Past(), 0
    for minute in range(24 * 60):
        now, count = NOW + minute * MINUTE, int(minute % 20 < 10)
        past = Past((past.since or now) if count else None, past.told, past.told_at)
        if news(count, past, now):
            messages += 1
            past = Past(past.since, count, now)
    assert 2 * 12 <= messages <= 2 * 24


def test_a_channel_that_fails_is_tried_less_and_less_but_every_hour():
    waits = [try_again_after(failures) for failures in range(1, 200)]
    assert waits[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert set(waits[6:]) == {HOUR}
