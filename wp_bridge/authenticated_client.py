"""Calls to a store, phrased by the `woocommerce` package, made by the guard, in a way that keys get through.

Over https that is Basic. Where it is not, because the web server drops the header, or a proxy ends TLS and
does not tell the shop, the same keys sign each call by OAuth 1.0a: no secret is ever part of an address.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from requests.auth import HTTPBasicAuth
from woocommerce import API

from wp_bridge.errors import StoreError, StoreTrouble
from wp_bridge.responses import KEYS_SEEN
from wp_bridge.safe_http import SafeHttpClient, SafeHttpResponse

USER_AGENT = "ad-credit-receiver"


class AuthMethod(StrEnum):
    """The way in which a call carries the keys."""

    BASIC = "basic"
    SIGNED = "signed"
    SIGNED_AS_HTTP = "signed as http"  # for a shop that takes itself for one without https


class AuthenticatedClient:
    """Calls with one pair of keys, by the first way that a store lets them through."""

    def __init__(self, guard: SafeHttpClient, base: str, key: str, secret: str) -> None:
        self._guard, self._base, self._keys = guard, base, (key, secret)
        self._ways = tuple(AuthMethod) if base.startswith("https:") else (AuthMethod.SIGNED,)
        self._way = self._ways[0]
        self._taken = False

    def make(
        self, namespace: str, method: str, endpoint: str, *, data: Any = None, params: Any = None
    ) -> SafeHttpResponse:
        """One call, by the way that stands."""
        api = _WooCommerceApi(self._guard, self._base, self._keys, namespace, self._way)
        return api.ask(method, endpoint, data, params)

    def taken(self) -> None:
        """The keys were taken, so this is the way."""
        self._taken = True

    def another_way(self, refused: StoreError) -> bool:
        """Go on to the next way after a refusal. False where none is left, or the refusal meant the keys."""
        meant = self._way is AuthMethod.BASIC and refused.code == KEYS_SEEN
        if refused.trouble is not StoreTrouble.KEYS_REFUSED or self._taken or meant:
            return False
        later = self._ways[self._ways.index(self._way) + 1 :]
        self._way = later[0] if later else self._ways[0]
        return bool(later)

    def as_meant(self, refused: StoreError) -> StoreError:
        """Keys that were taken for one call and refused for another are good, but may not do that.

        WooCommerce says so too, in words of the shop's language.
        """
        if self._taken and refused.trouble is StoreTrouble.KEYS_REFUSED and refused.code == KEYS_SEEN:
            return StoreError(StoreTrouble.KEYS_TOO_WEAK, refused.code)
        return refused


class _WooCommerceApi(API):  # type: ignore[misc]  # the package carries no types
    """The package's client for one namespace. It would call `requests.request`, past the guard."""

    def __init__(
        self, guard: SafeHttpClient, base: str, keys: tuple[str, str], namespace: str, way: AuthMethod
    ) -> None:
        super().__init__(base, *keys, version=namespace, user_agent=USER_AGENT)
        self._guard, self._way = guard, way

    def ask(self, method: str, endpoint: str, data: Any, params: dict[str, Any] | None) -> SafeHttpResponse:
        url, auth = self._API__get_url(endpoint), None
        if self._way is AuthMethod.BASIC:
            auth = HTTPBasicAuth(self.consumer_key, self.consumer_secret)
        else:
            url, params = self._signed(f"{url}?{urlencode(params or {})}", method), None
        headers = {"User-Agent": self.user_agent, "Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = "application/json;charset=utf-8"
            data = json.dumps(data).encode()
        # Whether http may be used at all was decided when the shop was probed.
        return self._guard.request(
            method, url, http=True, headers=headers, params=params, data=data, auth=auth
        )

    def _signed(self, url: str, method: str) -> str:
        if self._way is not AuthMethod.SIGNED_AS_HTTP:
            return str(self._API__get_oauth_url(url, method))
        signed = self._API__get_oauth_url(f"http{url.removeprefix('https')}", method)
        return f"https{signed.removeprefix('http')}"
