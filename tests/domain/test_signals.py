"""Tests of signals: which one is newer, and what each reports."""

from datetime import UTC, datetime, timedelta

import pytest

from receiver.domain.signals import (
    AccountLinked,
    AccountSwitched,
    AdAccount,
    Integration,
    IntegrationInstalled,
    IntegrationRemoved,
    IntegrationSetUp,
    LinkLost,
    LinkReport,
    SignalOrder,
    StateReported,
    integration_change,
    is_newer,
    link_change,
)

NOON = datetime(2025, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ACCOUNT = AdAccount("7001", exact=True)

NEWER = [  # a signal, another one, whether it is newer
    (SignalOrder("a", 1, NOON), None, True),
    (SignalOrder("a", 2, NOON), SignalOrder("a", 1, NOON), True),
    (SignalOrder("a", 2, NOON), SignalOrder("a", 2, NOON), False),
    (SignalOrder("a", 2, NOON - HOUR), SignalOrder("a", 1, NOON), True),  # the clock went back
    (SignalOrder("a", 1, NOON + HOUR), SignalOrder("a", 2, NOON), False),
    (SignalOrder("b", 1, NOON + HOUR), SignalOrder("a", 9, NOON), True),  # a reinstall counts from 1 again
    (SignalOrder("b", 9, NOON - HOUR), SignalOrder("a", 1, NOON), False),
    (SignalOrder("b", 1, NOON), SignalOrder("a", 1, NOON), False),
]


@pytest.mark.parametrize(("news", "than", "newer"), NEWER)
def test_newer_is_by_count_within_one_install_and_by_time_between_two(news, than, newer):
    assert is_newer(news, than) is newer


REPORTS = [  # an event, what it reports on the integration, what on the link
    (IntegrationInstalled(), Integration(True, False), None),
    (IntegrationSetUp(), Integration(True, True), None),
    (IntegrationRemoved(), Integration(False, False), None),
    (AccountLinked(ACCOUNT), None, LinkReport(ACCOUNT)),
    (AccountSwitched(ACCOUNT), None, LinkReport(ACCOUNT)),
    (LinkLost(), None, LinkReport(None)),
    (StateReported(True, True, ACCOUNT), Integration(True, True), LinkReport(ACCOUNT)),
    (StateReported(True, False, None), Integration(True, False), LinkReport(None)),
    (StateReported(None, True, None), Integration(True, True), LinkReport(None)),
    (StateReported(False, True, None), Integration(False, False), LinkReport(None)),  # options stay behind
    (StateReported(None, None, None), None, LinkReport(None)),
    (StateReported(None, False, ACCOUNT), None, LinkReport(ACCOUNT)),
]


@pytest.mark.parametrize(("event", "integration", "link"), REPORTS)
def test_each_signal_speaks_of_the_integration_the_link_or_both(event, integration, link):
    assert integration_change(event) == integration
    assert link_change(event) == link
