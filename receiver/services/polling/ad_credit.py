"""Reading how much ad credit an account holds while an award of ours is used; not knowing costs nothing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Protocol

from receiver.errors import ProviderError
from receiver.integrations.tiktok.advertisers import AdvertiserInfo
from receiver.integrations.tiktok.finance import Balance
from receiver.logs import get_logger
from receiver.services.polling.poll_bills import BillsTask
from receiver.storage import tables

log = get_logger(__name__)


class Balances(Protocol):
    """The calls to the TikTok client that reading needs; each raises ProviderError."""

    def balances(self, token: str, bc_id: str, advertiser_id: str | None = None) -> list[Balance]:
        """Return the balances of a Business Center's ad accounts, of one alone if named."""
        ...


def read_ad_credit(tiktok: Balances, token: str, task: BillsTask, info: AdvertiserInfo) -> Decimal | None:
    """Return the account's ad credit; None where TikTok does not tell that of this account alone."""
    if not task.has_credit or not info.owner_bc_id:
        return None
    try:
        balances = tiktok.balances(token, info.owner_bc_id, info.advertiser_id)
    except ProviderError as error:
        log.info("ad credit not read", advertiser_id=info.advertiser_id, advice=error.advice, code=error.code)
        return None
    return next(
        (_credit_of(item, info) for item in balances if item.advertiser_id == info.advertiser_id), None
    )


def keep_ad_credit(account: tables.Account, now: datetime, credit: Decimal | None) -> None:
    """Store the ad credit that was read; None makes it unknown, whatever it was before."""
    account.ad_credit = credit
    account.ad_credit_read_at = None if credit is None else now


def _credit_of(balance: Balance, info: AdvertiserInfo) -> Decimal | None:
    is_shared = balance.payment_portfolio is not None  # the figures are the portfolio's then
    return None if is_shared or balance.currency != info.currency else balance.grant
