"""The fake's faults: what TikTok answers while one of them is switched on."""

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
HELD_SECONDS = 40.0  # longer than our client waits
LOOK_SECONDS = 0.2
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
OF_A_TOKEN = {
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


def instead_of_the_api(faults: Callable[[], Collection[Fault]]) -> Response | None:
    """Return what a call meets before the API sees it; None: the API answers. Raises Refusal."""
    _hold_while(lambda: Fault.TIMEOUT in faults())
    met = faults()
    for fault, (status, kind, body) in BODIES.items():
        if fault in met:
            return Response(body, status, content_type=kind)
    for fault, (code, message) in REFUSALS.items():
        if fault in met:
            raise Refusal(code, message)
    return None


def faulty_report(
    faults: Collection[Fault], account: SandboxAccount, args: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """The `data` of a report as TikTok shows it under these faults; raises Refusal."""
    if Fault.REFUSED_METRIC in faults and "cash_spend" in args.get("metrics", ""):
        raise Refusal(WRONG_PARAMETER, "Parameter error: cash_spend.")
    shown = replace(account, days={}) if Fault.EMPTY_REPORT in faults else account
    shown = replace(shown, currency=FOREIGN) if Fault.FOREIGN_CURRENCY in faults else shown
    data = report(shown, args, now - LATE if Fault.LATE_REPORT in faults else now)
    if Fault.DOUBLED_ROW in faults and len(data["list"]) > 1:
        data["list"][-1] = data["list"][0]
    return data


def status_of(account: SandboxAccount, faults: Collection[Fault]) -> str:
    """An ad account's status under the faults that hit it."""
    return SUSPENDED if Fault.SUSPENDED in faults else account.status


def _hold_while(held: Callable[[], bool]) -> None:
    """For as long as a client would wait at most; a fault that is switched off lets go at once."""
    end = time.monotonic() + HELD_SECONDS
    while held() and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
