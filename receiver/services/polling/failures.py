"""The next try after a failed poll: there always is one while the consent stands."""

from __future__ import annotations

from datetime import datetime, timedelta

from receiver.domain.poll_reasons import PollReason
from receiver.domain.schedule import after_failures
from receiver.domain.troubles import ReadingFault
from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.codes import NOT_THERE
from receiver.storage import tables

PUT_BACK = {
    Advice.PAUSE_APP: PollReason.APP_LIMIT,
    Advice.PAUSE_ADVERTISER: PollReason.ACCOUNT_LIMIT,
    Advice.CONFIGURATION: PollReason.APP_BLOCKED,
}
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=5), timedelta(hours=6)
OUT_OF_REACH = (timedelta(hours=6), timedelta(days=2))  # first and longest wait where TikTok gives no access
EMPTY_LISTS = 3  # in a row: then it is no passing fault


class AccountNotListed(ProviderError):
    """TikTok answered, and the account is not in its list: it may be the list that is wrong."""

    def __init__(self, advertiser_id: str) -> None:
        super().__init__(f"TikTok does not list account {advertiser_id}", advice=Advice.AGAIN)


def reading_fault(error: ProviderError, failures: int) -> ReadingFault:
    """Return the fault that a failed poll means; `failures` counts those in a row, this one included."""
    if isinstance(error, AccountNotListed) and failures >= EMPTY_LISTS:
        return ReadingFault.MISSING
    if error.advice is Advice.GIVE_UP:
        return ReadingFault.MISSING if error.code in NOT_THERE else ReadingFault.UNREACHABLE
    refused = error.advice is Advice.CONFIGURATION
    return ReadingFault.REFUSED if refused else ReadingFault.PASSING


def next_try(now: datetime, account: tables.Account, error: ProviderError) -> tuple[datetime, PollReason]:
    """Return when and why an account is polled again after a fault that leaves the consent as it is."""
    advice, failures = error.advice, account.failures
    if error.until is not None and advice in PUT_BACK:
        return error.until, PUT_BACK[advice]
    if advice is Advice.CONFIGURATION:
        return now + LONGEST_RETRY, PollReason.MISCONFIGURED
    if advice is Advice.GIVE_UP:
        wait = after_failures(account.advertiser_id, *OUT_OF_REACH, failures)
        return now + wait, PollReason.NO_ACCESS
    wait = after_failures(account.advertiser_id, FIRST_RETRY, LONGEST_RETRY, failures)
    return now + wait, PollReason.PASSING_FAULT
