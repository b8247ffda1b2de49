"""The client of TikTok's Ads API: it returns our own types or raises ProviderError, and logs no token."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from receiver.errors import Advice, ProviderError
from receiver.integrations.http import TIMEOUT, Http, HttpResponse
from receiver.integrations.tiktok import (
    advertisers,
    finance,
    oauth,
    reports,
    subscriptions,
    transactions,
)
from receiver.integrations.tiktok.advertisers import AdvertiserInfo
from receiver.integrations.tiktok.calls import App, Get, Query
from receiver.integrations.tiktok.codes import OK
from receiver.integrations.tiktok.envelope import Reply, open_envelope
from receiver.integrations.tiktok.finance import Balance
from receiver.integrations.tiktok.oauth import AuthorisedAdvertiser, Consent
from receiver.integrations.tiktok.subscriptions import Entity, TikTokSubscription
from receiver.integrations.tiktok.throttled_caller import ThrottledCaller
from receiver.integrations.tiktok.transactions import LedgerTransaction
from receiver.logs import get_logger
from receiver.request_id import HEADER, REQUEST_ID

REQUEST_SECONDS = 10.0

log = get_logger(__name__)


class TikTokClient:
    """The calls that this service makes; `base_url` holds host and version.

    Nothing is retried: the `advice` of a ProviderError says what to do.
    """

    def __init__(
        self,
        base_url: str,
        *,
        app: App | None = None,
        pace: ThrottledCaller | None = None,
        http: Http | None = None,
        timeout: tuple[float, float] = TIMEOUT,
        page_size: int = 1000,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._registered_app = app
        self._caller = pace
        self._http = http or Http(timeout=timeout)
        self._page_size = page_size

    def urgently(self) -> TikTokClient:
        """Return a client for urgent calls, which may use what routine calls leave of the budget."""
        urgent = copy(self)
        urgent._caller = self._caller and replace(self._caller, urgent=True)
        return urgent

    def for_request(self) -> TikTokClient:
        """Return a client for a web request, whose thread waits: urgent, one deadline for all calls."""
        limited = self.urgently()
        limited._http = self._http.for_seconds(REQUEST_SECONDS)
        return limited

    # Consent

    def consent_url(self, state: str, redirect_uri: str) -> str:
        """Return the address of TikTok's consent page, which leads back with `auth_code` and `state`."""
        return oauth.consent_url(self._base_url, self._app, state, redirect_uri)

    def exchange_code(self, auth_code: str) -> Consent:
        """Exchange a code for its consent."""
        return oauth.exchange_code(self._post, self._app, auth_code)

    def revoke_token(self, token: str) -> list[str]:
        """Revoke a token; return the ids that lost access."""
        return oauth.revoke_token(self._post, self._app, token)

    def authorised_advertisers(self, token: str) -> list[AuthorisedAdvertiser]:
        """Return the ad accounts that a token reaches."""
        return oauth.authorised_advertisers(self._with(token), self._app)

    def consenting_user(self, token: str) -> str | None:
        """Return the id of a token's TikTok user, None where TikTok does not say."""
        return oauth.consenting_user(self._with(token))

    # Ad accounts and their money

    def advertiser_info(self, token: str, advertiser_ids: Sequence[str]) -> list[AdvertiserInfo]:
        """Return the requested ad accounts; one that TikTok omits is left out."""
        only = advertiser_ids[0] if len(advertiser_ids) == 1 else None
        return advertisers.advertiser_info(self._with(token, only), advertiser_ids)

    def daily_spend(
        self, token: str, advertiser_id: str, first: date, last: date
    ) -> list[reports.ReportedDay]:
        """Return the dates with delivery between two dates, both included, in order."""
        return reports.daily_spend(
            self._with(token, advertiser_id), advertiser_id, first, last, page_size=self._page_size
        )

    def total_spend(self, token: str, advertiser_id: str, first: date, last: date) -> Decimal | None:
        """Return the gross spend between two dates, both included; None where it is unknown."""
        return reports.total_spend(self._with(token, advertiser_id), advertiser_id, first, last)

    def transactions(
        self, token: str, bc_id: str, advertiser_id: str, first: date, last: date
    ) -> list[LedgerTransaction]:
        """Return the ledger rows of an ad account between two dates, both included."""
        return transactions.transactions(
            self._with(token, advertiser_id), bc_id, advertiser_id, first, last, page_size=self._small_page
        )

    def balances(self, token: str, bc_id: str, advertiser_id: str | None = None) -> list[Balance]:
        """Return the balances of one ad account, or of all of a Business Center."""
        return finance.balances(
            self._with(token, advertiser_id), bc_id, advertiser_id, page_size=self._small_page
        )

    # Webhooks

    def subscribe(
        self,
        token: str,
        entity: Entity,
        callback_url: str,
        advertiser_ids: Sequence[str],
        notify_frequency: str | None = None,
    ) -> str:
        """Create a subscription for at most 100 advertisers that the token reaches; return its id."""
        return subscriptions.subscribe(
            self._post, self._app, token, entity, callback_url, advertiser_ids, notify_frequency
        )

    def subscriptions(self, entity: Entity | None = None) -> list[TikTokSubscription]:
        """Return the app's subscriptions, of one entity or of all."""
        return subscriptions.subscriptions(self._get, self._app, entity)

    def unsubscribe(self, subscription_id: str) -> None:
        """End a subscription."""
        subscriptions.unsubscribe(self._post, self._app, subscription_id)

    # The transport

    @property
    def _app(self) -> App:
        if self._registered_app is None:
            raise ProviderError(
                "there is no app to call TikTok as; set TIKTOK_APP_ID and TIKTOK_APP_SECRET",
                advice=Advice.CONFIGURATION,
            )
        return self._registered_app

    @property
    def _small_page(self) -> int:
        """The page size where TikTok gives at most 50 rows."""
        return min(self._page_size, finance.PAGE_SIZE)

    def _with(self, token: str, advertiser_id: str | None = None) -> Get:
        """Return a function for calls with this token, about one ad account or about none."""
        return lambda path, query: self._get(path, query, token, advertiser_id)

    def _get(
        self, path: str, query: Query, token: str | None = None, advertiser_id: str | None = None
    ) -> Reply:
        parameters = {name: _as_text(value) for name, value in query.items()}
        headers = _traced_headers() | ({"Access-Token": token} if token is not None else {})
        return self._call_throttled(
            path, advertiser_id, lambda: self._http.get(self._url(path), headers=headers, query=parameters)
        )

    def _post(self, path: str, body: Mapping[str, Any]) -> Reply:
        return self._call_throttled(
            path, None, lambda: self._http.post(self._url(path), headers=_traced_headers(), body=body)
        )

    def _call_throttled(
        self, path: str, advertiser_id: str | None, call: Callable[[], HttpResponse]
    ) -> Reply:
        if self._caller is None:
            return _open_logged(path, call)
        slot = self._caller.wait(path, advertiser_id)
        try:
            reply = _open_logged(path, call)
        except ProviderError as error:
            self._caller.count(path, error.code)
            self._caller.note_failure(error, advertiser_id, slot)
            raise
        self._caller.count(path, OK)
        self._caller.note_success(advertiser_id, slot)
        return reply

    def _url(self, path: str) -> str:
        # Without the closing slash the call does not reach the API but a plain-text 404.
        return f"{self._base_url}/{path.strip('/')}/"


def _open_logged(path: str, call: Callable[[], HttpResponse]) -> Reply:
    """Make a call and return its reply; log the result either way."""
    try:
        reply = open_envelope(path, call())
    except ProviderError as error:
        log.warning(
            "tiktok call failed",
            path=path,
            code=error.code,
            tiktok_request_id=error.request_id,
            advice=str(error.advice),
        )
        raise
    log.info("tiktok call answered", path=path, tiktok_request_id=reply.request_id)
    return reply


def _traced_headers() -> dict[str, str]:
    request_id = REQUEST_ID.get()
    return {HEADER: request_id} if request_id else {}


def _as_text(value: str | int | Sequence[str]) -> str:
    """Return a query value as text; lists become JSON, as TikTok takes them."""
    return str(value) if isinstance(value, str | int) else json.dumps(list(value))
