"""Which news is newer, and what each signal says."""

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
    Linked,
    LinkLost,
    News,
    StateReported,
    about_integration,
    about_link,
    is_newer,
)

NOON = datetime(2025, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ACCOUNT = AdAccount("7001", exact=True)

NEWER = [  # news, than, is it
    (News("a", 1, NOON), None, True),
    (News("a", 2, NOON), News("a", 1, NOON), True),
    (News("a", 2, NOON), News("a", 2, NOON), False),
    (News("a", 2, NOON - HOUR), News("a", 1, NOON), True),  # the clock went back
    (News("a", 1, NOON + HOUR), News("a", 2, NOON), False),
    (News("b", 1, NOON + HOUR), News("a", 9, NOON), True),  # a reinstall counts from 1 again
    (News("b", 9, NOON - HOUR), News("a", 1, NOON), False),
    (News("b", 1, NOON), News("a", 1, NOON), False),
]


@pytest.mark.parametrize(("news", "than", "newer"), NEWER)
def test_newer_is_by_count_within_one_install_and_by_time_between_two(news, than, newer):
    assert is_newer(news, than) is newer


SAYS = [  # told, of the integration, of the link
    (IntegrationInstalled(), Integration(True, False), None),
    (IntegrationSetUp(), Integration(True, True), None),
    (IntegrationRemoved(), Integration(False, False), None),
    (AccountLinked(ACCOUNT), None, Linked(ACCOUNT)),
    (AccountSwitched(ACCOUNT), None, Linked(ACCOUNT)),
    (LinkLost(), None, Linked(None)),
    (StateReported(True, True, ACCOUNT), Integration(True, True), Linked(ACCOUNT)),
    (StateReported(True, False, None), Integration(True, False), Linked(None)),
    (StateReported(None, True, None), Integration(True, True), Linked(None)),
    (StateReported(False, True, None), Integration(False, False), Linked(None)),  # options stay behind
    (StateReported(None, None, None), None, Linked(None)),
    (StateReported(None, False, ACCOUNT), None, Linked(ACCOUNT)),
]


@pytest.mark.parametrize(("told", "integration", "link"), SAYS)
def test_each_signal_speaks_of_the_integration_the_link_or_both(told, integration, link):
    assert about_integration(told) == integration
    assert about_link(told) == link
