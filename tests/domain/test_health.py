"""Tests of the five vital signs: good, bad, or unknown where nothing was ever seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from receiver.domain.health import Health, SignId, Vitals, signs

NOW = datetime(2025, 12, 5, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2025, 12, 6, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

WELL = Vitals(
    last_delivery=NOW - MINUTE,
    received=30,
    received_more=False,
    has_stores=True,
    oldest_due=NOW - SECOND,
    due=2,
    due_more=False,
    last_beat=NOW - 5 * SECOND,
    calls_left=100,
    calls_a_day=200,
    calls_paused_until=None,
    last_poll=NOW - 2 * MINUTE,
    accounts=7,
    late_accounts=0,
    oldest_late=None,
    stale_stores=0,
)
UNSEEN = Vitals(
    last_delivery=None,
    received=0,
    received_more=False,
    has_stores=False,
    oldest_due=None,
    due=0,
    due_more=False,
    last_beat=None,
    calls_left=200,
    calls_a_day=200,
    calls_paused_until=None,
    last_poll=None,
    accounts=0,
    late_accounts=0,
    oldest_late=None,
    stale_stores=0,
)


def healths(vitals):
    return {sign.id: sign.health for sign in signs(vitals, NOW)}


def test_all_five_are_always_there_with_a_figure_and_a_moment_when_all_is_well():
    all_signs = signs(WELL, NOW)
    assert [sign.id for sign in all_signs] == list(SignId)
    assert {sign.health for sign in all_signs} == {Health.GOOD}
    assert all(sign.at for sign in all_signs)
    assert {sign.id: sign.count for sign in all_signs if sign.count is not None} == {
        SignId.DELIVERIES: 30,
        SignId.WAITING: 2,
        SignId.CALLS: 100,
        SignId.FIGURES: 7,
    }


def test_what_was_never_seen_is_unknown_and_not_fine():
    actual = healths(UNSEEN)
    assert actual == {
        SignId.DELIVERIES: Health.UNKNOWN,
        SignId.WAITING: Health.GOOD,
        SignId.WORKER: Health.UNKNOWN,
        SignId.CALLS: Health.GOOD,
        SignId.FIGURES: Health.UNKNOWN,
    }


@pytest.mark.parametrize(
    ("changes", "sign", "health"),
    [
        # Each store sends its state once a day.
        ({"last_delivery": NOW - 26 * HOUR}, SignId.DELIVERIES, Health.GOOD),
        ({"last_delivery": NOW - 26 * HOUR - SECOND}, SignId.DELIVERIES, Health.BAD),
        ({"last_delivery": NOW - 27 * HOUR, "has_stores": False}, SignId.DELIVERIES, Health.UNKNOWN),
        ({"last_delivery": None}, SignId.DELIVERIES, Health.UNKNOWN),
        # A try that is put off does not wait.
        ({"oldest_due": NOW - 2 * MINUTE}, SignId.WAITING, Health.GOOD),
        ({"oldest_due": NOW - 2 * MINUTE - SECOND}, SignId.WAITING, Health.BAD),
        ({"oldest_due": NOW + SECOND}, SignId.WAITING, Health.GOOD),
        ({"oldest_due": None}, SignId.WAITING, Health.GOOD),
        ({"last_beat": NOW - 30 * SECOND}, SignId.WORKER, Health.GOOD),
        ({"last_beat": NOW - 31 * SECOND}, SignId.WORKER, Health.BAD),
        ({"calls_left": 0}, SignId.CALLS, Health.BAD),
        ({"calls_paused_until": NOW + MINUTE}, SignId.CALLS, Health.BAD),
        ({"late_accounts": 1, "oldest_late": NOW - 2 * HOUR}, SignId.FIGURES, Health.BAD),
        ({"stale_stores": 1}, SignId.FIGURES, Health.BAD),
        ({"accounts": 0}, SignId.FIGURES, Health.UNKNOWN),
        ({"last_poll": None}, SignId.FIGURES, Health.UNKNOWN),
    ],
)
def test_one_sign_turns_alone(changes, sign, health):
    assert healths(replace(WELL, **changes)) == {**healths(WELL), sign: health}


def test_the_moment_of_a_sign_is_what_it_speaks_of():
    late = NOW - 3 * HOUR
    at = {sign.id: sign.at for sign in signs(replace(WELL, late_accounts=2, oldest_late=late), NOW)}
    assert at == {
        SignId.DELIVERIES: WELL.last_delivery,
        SignId.WAITING: WELL.oldest_due,
        SignId.WORKER: WELL.last_beat,
        SignId.CALLS: MIDNIGHT,
        SignId.FIGURES: late,
    }


def test_calls_are_full_again_at_midnight_or_once_tiktok_lets_us():
    vitals = replace(WELL, calls_paused_until=NOW + MINUTE)
    assert [sign.at for sign in signs(vitals, NOW) if sign.id is SignId.CALLS] == [NOW + MINUTE]
