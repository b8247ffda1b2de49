"""The server of the stand-in for TikTok, beside the receiver's port, with the merchants' ad accounts."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta

from werkzeug.http import http_date
from werkzeug.serving import WSGIRequestHandler, make_server

from receiver.sandbox.controls import Controls
from receiver.sandbox.paths import find_paths
from receiver.sandbox.scenario import timeline
from receiver.sandbox.scenario.merchant_spec import LAST_DAY, MerchantAdAccount, SandboxMerchant
from receiver.sandbox.scenario.merchants import MERCHANTS
from receiver.sandbox.scenario.state import load_state
from receiver.sandbox.tiktok.accounts import AccountDay, AccountPayment, SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from receiver.sandbox.tiktok.notices import Notices


def build_accounts(born: date) -> dict[str, SandboxAccount]:
    """Return the merchants' ad accounts by advertiser id; `born` is the day the world began."""
    accounts = [_account(merchant, merchant.account, born) for merchant in MERCHANTS if merchant.account]
    return {account.advertiser_id: account for account in accounts}


def _account(merchant: SandboxMerchant, account: MerchantAdAccount, born: date) -> SandboxAccount:
    first = min((part.first for part in account.spending), default=0)
    return SandboxAccount(
        advertiser_id=account.advertiser_id,
        name=merchant.name,
        token=merchant.token,
        country=account.country,
        currency=account.currency,
        timezone=account.timezone,
        display_timezone=account.timezone,
        created_at=timeline.utc_hour(born, account.opened, 9),
        business_center=account.business_center,
        days={born + timedelta(days=day): _day(account, day, born) for day in range(first, LAST_DAY + 1)},
        payments=[
            AccountPayment(timeline.utc_hour(born, bill.day, 15), bill.subtotal, bill.tax)
            for bill in account.bills
        ],
        reads_finance=account.shows_bills,
        revoked_at=None if account.revoked is None else timeline.utc_hour(born, account.revoked, 9),
    )


def _day(account: MerchantAdAccount, day: int, born: date) -> AccountDay:
    cash, credit = account.spend_of(day)
    correction = account.correction
    if correction is None or correction.day != day:
        return AccountDay(cash, credit)
    return AccountDay(
        cash,
        credit,
        restated=correction.cash,
        restated_at=timeline.utc_hour(born, correction.corrected_on, 12),
    )


def handler_with_clock(now: Callable[[], datetime]) -> type[WSGIRequestHandler]:
    """Return a request handler that writes the time of a clock into the `Date` of each response.

    By that header the receiver judges its own clock.
    """

    class SandboxRequestHandler(WSGIRequestHandler):
        def date_time_string(self, timestamp: float | None = None) -> str:
            return http_date(now() if timestamp is None else timestamp)

    return SandboxRequestHandler


def main() -> None:
    """Serve the stand-in for TikTok until the process is stopped."""
    paths = find_paths(os.environ)
    state = load_state(paths.state)
    assert state is not None
    controls = Controls(paths.folder)
    app = create_tiktok(build_accounts(state.born), controls.clock, controls.faults.active_for)
    Notices(app).start()
    handler = handler_with_clock(controls.clock)
    make_server("127.0.0.1", paths.tiktok_port, app, threaded=True, request_handler=handler).serve_forever()


if __name__ == "__main__":
    main()
