"""The fake's answers while one of TikTok's faults is switched on."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Response

from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.faults import Fault
from receiver.sandbox.tiktok.report import NO_PERMISSION, WRONG_PARAMETER, Refusal, report

BAD_TOKEN = 40105
HOLD_SECONDS = 40.0  # longer than our client waits
CHECK_SECONDS = 0.2
LATE = timedelta(days=1)
SUSPENDED = "STATUS_LIMIT"
FOREIGN = "VND"

REFUSALS = {
    Fault.MAINTENANCE: (60001, "The system is in maintenance."),
    Fault.SYSTEM_ERROR: (50000, "System error."),
    Fault.PROCESSING_ERROR: (50002, "Error processing the request."),
    Fault.PARTLY_OK: (20001, "Partially successful."),
    Fault.WRONG_PARAMETER: (WRONG_PARAMETER, "Parameter error."),
    Fault.APP_TOO_FREQUENT: (40016, "Requests made too frequently."),
    Fault.APP_RATE_LIMIT: (40100, "Too many requests, the app is temporarily limited."),
    Fault.ADVERTISER_RATE_LIMIT: (40133, "Advertiser QPS limit reached for this path."),
    Fault.EXPIRED_TOKEN: (40102, "The access token has expired."),
    Fault.REVOKED_TOKEN: (BAD_TOKEN, "The access token is incorrect or was revoked."),
    Fault.NO_PERMISSION: (NO_PERMISSION, "No permission to operate this advertiser."),
    Fault.ACCOUNT_MISSING: (40300, "The advertiser does not exist."),
}
TOKEN_FAULTS = {  # of a token or of one account
    Fault.EXPIRED_TOKEN,
    Fault.REVOKED_TOKEN,
    Fault.NO_PERMISSION,
    Fault.ACCOUNT_MISSING,
    Fault.ADVERTISER_RATE_LIMIT,
}
BODIES = {
    Fault.BAD_GATEWAY: (502, "text/html", "<html><body>Bad Gateway</body></html>"),
    Fault.GARBLED: (200, "application/json", '{"code": 0, "message": "OK", "data": {"list": [{"dimen'),
}


def faulty_answer(faults: Callable[[], Collection[Fault]]) -> Response | None:
    """Return what a fault answers in the API's place; None where the API answers. Raises Refusal."""
    _wait_while(lambda: Fault.TIMEOUT in faults())
    active = faults()
    for fault, (status, kind, body) in BODIES.items():
        if fault in active:
            return Response(body, status, content_type=kind)
    for fault, (code, message) in REFUSALS.items():
        if fault in active:
            raise Refusal(code, message)
    return None


def faulty_report(
    faults: Collection[Fault], account: SandboxAccount, args: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Return the `data` of a report as TikTok shows it under these faults. Raises Refusal."""
    if Fault.REFUSED_METRIC in faults and "cash_spend" in args.get("metrics", ""):
        raise Refusal(WRONG_PARAMETER, "Parameter error: cash_spend.")
    reported = replace(account, days={}) if Fault.EMPTY_REPORT in faults else account
    reported = replace(reported, currency=FOREIGN) if Fault.FOREIGN_CURRENCY in faults else reported
    data = report(reported, args, now - LATE if Fault.LATE_REPORT in faults else now)
    if Fault.DOUBLED_ROW in faults and len(data["list"]) > 1:
        data["list"][-1] = data["list"][0]
    return data


def account_status(account: SandboxAccount, faults: Collection[Fault]) -> str:
    """Return an ad account's status under the faults that hit it."""
    return SUSPENDED if Fault.SUSPENDED in faults else account.status


def _wait_while(is_on: Callable[[], bool]) -> None:
    """Wait while a fault is on, but no longer than HOLD_SECONDS."""
    end = time.monotonic() + HOLD_SECONDS
    while is_on() and time.monotonic() < end:
        time.sleep(CHECK_SECONDS)
