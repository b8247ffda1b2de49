"""Tests of the account that a consent links: by what it covers and allows, and what the store reports."""

import pytest

from receiver.domain.consent import (
    ConsentOutcome,
    Permission,
    ResolvedAccount,
    missing_permissions,
    resolve_account,
)

ALL = [4, 44, 100, 152, 200]
ONE, TWO = ["7001"], ["7001", "7002"]

RESOLUTIONS = [
    # the store named an account: only that one
    (ONE, ALL, "7001", None, ResolvedAccount(ConsentOutcome.LINKED, "7001")),
    (TWO, ALL, "7002", None, ResolvedAccount(ConsentOutcome.LINKED, "7002")),
    (ONE, ALL, "7009", None, ResolvedAccount(ConsentOutcome.OTHER_ACCOUNT, "7009")),
    (TWO, ALL, "7009", "7001", ResolvedAccount(ConsentOutcome.OTHER_ACCOUNT, "7009")),
    (
        TWO,
        ALL,
        "7002",
        "7001",
        ResolvedAccount(ConsentOutcome.OTHER_ACCOUNT, "7002"),
    ),  # named while the merchant chose
    (TWO, ALL, "7002", "7002", ResolvedAccount(ConsentOutcome.LINKED, "7002")),
    # it named none: the only one, or the one that is chosen
    (ONE, ALL, None, None, ResolvedAccount(ConsentOutcome.LINKED, "7001")),
    (TWO, ALL, None, None, ResolvedAccount(ConsentOutcome.CHOOSE)),
    (TWO, ALL, None, "7002", ResolvedAccount(ConsentOutcome.LINKED, "7002")),
    (TWO, ALL, None, "7009", ResolvedAccount(ConsentOutcome.CHOOSE)),  # not covered: no choice
    # nothing that could be read
    ([], ALL, None, None, ResolvedAccount(ConsentOutcome.NO_ACCOUNT)),
    ([], ALL, "7001", "7001", ResolvedAccount(ConsentOutcome.NO_ACCOUNT)),
    (ONE, [100, 152], "7001", None, ResolvedAccount(ConsentOutcome.NOT_ENOUGH)),
    (ONE, [44, 152], None, None, ResolvedAccount(ConsentOutcome.NOT_ENOUGH)),
    (ONE, [], None, None, ResolvedAccount(ConsentOutcome.NOT_ENOUGH)),
    # what was paid is not needed
    (ONE, [44, 100], "7001", None, ResolvedAccount(ConsentOutcome.LINKED, "7001")),
]


@pytest.mark.parametrize(("accounts", "scopes", "linked_id", "chosen_id", "resolution"), RESOLUTIONS)
def test_a_consent_proves_the_account_the_store_named_and_names_one_only_where_it_named_none(
    accounts, scopes, linked_id, chosen_id, resolution
):
    assert resolve_account(accounts, missing_permissions(scopes), linked_id, chosen_id) == resolution


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        (ALL, ()),
        ([4, 100, 152], ()),  # Reporting holds the Consolidated Report
        ([44, 100, 152], ()),
        ([44, 100], (Permission.MONEY,)),
        # a parent stands for all that hangs under it
        ([4, 10, 15], ()),
        ([1, 4], ()),
        ([4, 10], (Permission.MONEY,)),
        ([1], (Permission.REPORTS,)),
        ([10, 15, 44], ()),
        ([4, 12, 13, 14], (Permission.ACCOUNT, Permission.MONEY)),  # other children of 1
        ([4, 10, 150, 151, 153], (Permission.MONEY,)),  # other children of 15
        ([40, 41, 42, 43, 100, 152], (Permission.REPORTS,)),  # other children of 4
        ([152, 200], (Permission.REPORTS, Permission.ACCOUNT)),
    ],
)
def test_permissions_are_told_from_tiktoks_numbers(scopes, missing):
    assert missing_permissions(scopes) == missing


def test_a_permission_that_no_number_gives_is_there_once_tiktok_answers_its_call():
    assert missing_permissions([152], {"account", "reports"}) == ()
    assert missing_permissions([], {Permission.REPORTS}) == (Permission.ACCOUNT, Permission.MONEY)
