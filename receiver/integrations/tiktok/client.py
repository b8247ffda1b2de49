"""Calls TikTok's Ads API: what comes back is ours or a ProviderError, and no token is ever told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import structlog

from receiver.errors import ProviderError
from receiver.integrations.http import TIMEOUT, Http
from receiver.integrations.tiktok import advertisers, reports, transactions
from receiver.integrations.tiktok.advertisers import AdvertiserInfo
from receiver.integrations.tiktok.calls import Get, Query
from receiver.integrations.tiktok.envelope import Reply, open_envelope
from receiver.integrations.tiktok.reports import SpendDay
from receiver.integrations.tiktok.transactions import Transaction

log = structlog.get_logger(__name__)


class TikTokClient:
    """The reads this service makes; `base_url` holds host and version. Never retries: `advice` tells."""

    def __init__(
        self,
        base_url: str,
        *,
        http: Http | None = None,
        timeout: tuple[float, float] = TIMEOUT,
        page_size: int = 1000,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = http or Http(timeout=timeout)
        self._page_size = page_size

    def advertiser_info(self, token: str, advertiser_ids: Sequence[str]) -> list[AdvertiserInfo]:
        return advertisers.advertiser_info(self._with(token), advertiser_ids)

    def authorised_advertisers(self, token: str, app_id: str, secret: str) -> list[str]:
        return advertisers.authorised_advertisers(self._with(token), app_id, secret)

    def daily_spend(self, token: str, advertiser_id: str, first: date, last: date) -> list[SpendDay]:
        return reports.daily_spend(self._with(token), advertiser_id, first, last, page_size=self._page_size)

    def total_spend(self, token: str, advertiser_id: str, first: date, last: date) -> Decimal | None:
        return reports.total_spend(self._with(token), advertiser_id, first, last)

    def transactions(
        self, token: str, bc_id: str, advertiser_id: str, first: date, last: date
    ) -> list[Transaction]:
        page_size = min(self._page_size, transactions.PAGE_SIZE)
        return transactions.transactions(
            self._with(token), bc_id, advertiser_id, first, last, page_size=page_size
        )

    def _with(self, token: str) -> Get:
        return lambda path, query: self._get(path, token, query)

    def _get(self, path: str, token: str, query: Query) -> Reply:
        # Without the closing slash the call does not reach the API but a plain-text 404.
        url = f"{self._base_url}/{path.strip('/')}/"
        sent = {name: _as_text(value) for name, value in query.items()}
        try:
            reply = open_envelope(path, self._http.get(url, headers={"Access-Token": token}, query=sent))
        except ProviderError as error:
            log.warning(
                "tiktok call failed",
                path=path,
                code=error.code,
                request_id=error.request_id,
                advice=str(error.advice),
            )
            raise
        log.info("tiktok call answered", path=path, request_id=reply.request_id)
        return reply


def _as_text(value: str | int | Sequence[str]) -> str:
    """TikTok takes lists in a query as JSON text."""
    return str(value) if isinstance(value, str | int) else json.dumps(list(value))
