"""TikTok's faults and their switches."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from receiver.sandbox.fault_switches import FaultTarget, FaultText, Switches


class Fault(StrEnum):
    TIMEOUT = "timeout"
    BAD_GATEWAY = "bad-gateway"
    MAINTENANCE = "maintenance"
    SYSTEM_ERROR = "system-error"
    PROCESSING_ERROR = "processing-error"
    PARTLY_OK = "partly-ok"
    WRONG_PARAMETER = "wrong-parameter"
    APP_RATE_LIMIT = "app-rate-limit"
    APP_TOO_FREQUENT = "app-too-frequent"
    ADVERTISER_RATE_LIMIT = "advertiser-rate-limit"
    GARBLED = "garbled"
    EXPIRED_TOKEN = "expired-token"  # noqa: S105 (the name of a fault)
    REVOKED_TOKEN = "revoked-token"  # noqa: S105 (the name of a fault)
    NO_PERMISSION = "no-permission"
    ACCOUNT_MISSING = "account-missing"
    EMPTY_REPORT = "empty-report"
    EMPTY_LIST = "empty-list"
    DOUBLED_ROW = "doubled-row"
    FOREIGN_CURRENCY = "foreign-currency"
    REFUSED_METRIC = "refused-metric"
    LATE_REPORT = "late-report"
    SUSPENDED = "suspended"


USUAL_EFFECT = (
    "The figures stay as they are and grow stale; asked again after 5 minutes, then less and less often."
)
WORDS = {
    Fault.TIMEOUT: FaultText(
        "Does not answer: each call waits 30 s in vain, and a move of the clock with it.", USUAL_EFFECT
    ),
    Fault.BAD_GATEWAY: FaultText("A gateway's HTTP 502, in HTML.", USUAL_EFFECT),
    Fault.MAINTENANCE: FaultText("Under maintenance (60001).", USUAL_EFFECT),
    Fault.SYSTEM_ERROR: FaultText("A system error of its own (50000).", USUAL_EFFECT),
    Fault.PROCESSING_ERROR: FaultText("An error while it processed our call (50002).", USUAL_EFFECT),
    Fault.PARTLY_OK: FaultText("Half an answer, called partly successful (20001).", USUAL_EFFECT),
    Fault.WRONG_PARAMETER: FaultText(
        "Refuses our parameters (40002), as after a change of its API.",
        "The figures grow stale; asked again every 6 hours, until this service is put right.",
    ),
    Fault.APP_RATE_LIMIT: FaultText(
        "Our app has called too often (40100).",
        "Nothing is asked about any account for a second, then for 5 minutes, after an hour until 00:00 UTC.",
    ),
    Fault.APP_TOO_FREQUENT: FaultText("The same in other words (40016).", "As app-rate-limit."),
    Fault.ADVERTISER_RATE_LIMIT: FaultText(
        "This account was asked too often (40133).",
        "Nothing is asked about it for a minute, then for longer and longer, up to an hour.",
    ),
    Fault.GARBLED: FaultText("Answers that break off in the middle.", USUAL_EFFECT),
    Fault.EXPIRED_TOKEN: FaultText("The token has expired (40102).", "As revoked-token."),
    Fault.REVOKED_TOKEN: FaultText(
        "The consent was taken back (40105).",
        "The token is forgotten and nothing is asked until the advertiser consents again (links add).",
    ),
    Fault.NO_PERMISSION: FaultText(
        "The token does not reach the account (40001).",
        "Merchant and staff are told; asked again after 6 hours, then less often, or by spend poll.",
    ),
    Fault.ACCOUNT_MISSING: FaultText("The account does not exist (40300).", "As no-permission."),
    Fault.EMPTY_REPORT: FaultText("Reports are empty, as if nothing had ever been spent.", USUAL_EFFECT),
    Fault.EMPTY_LIST: FaultText(
        "The list of ad accounts is empty.",
        "Asked again after 5 minutes, then less often; after three times the account counts as missing.",
    ),
    Fault.DOUBLED_ROW: FaultText("A report has one row twice and lacks another.", USUAL_EFFECT),
    Fault.FOREIGN_CURRENCY: FaultText(
        "Reports are in another currency (VND) than the account.",
        "Nothing of such a report is kept, the currency is unknown, and staff are told.",
    ),
    Fault.REFUSED_METRIC: FaultText(
        "Refuses one metric of a report, cash_spend (40002).",
        "The other metrics and the account's data are kept; no date becomes final, and we are told.",
    ),
    Fault.LATE_REPORT: FaultText(
        "Figures arrive a day late.",
        "The last dates are missing or not final; they count once they are there.",
    ),
    Fault.SUSPENDED: FaultText(
        "Suspends the ad account (STATUS_LIMIT), and tells so by webhook.",
        "The account is read at once and its store is not eligible until TikTok lifts it.",
    ),
}


class Faults(Switches[Fault]):
    """The switches of TikTok's faults, each for every ad account or for one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            folder, Fault, FaultTarget("advertiser", "[0-9]{1,25}", "an advertiser's id is digits")
        )
