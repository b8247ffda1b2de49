"""Authenticated calls to a store: built by the `woocommerce` package, sent by the SSRF guard.

Over https the keys go by Basic authentication. Where that fails, because the web server drops the header, or
a proxy ends TLS and does not tell the shop, the same keys sign each call by OAuth 1.0a: no secret is ever
part of an address.
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
    """The authentication of a call by the keys."""

    BASIC = "basic"
    SIGNED = "signed"
    SIGNED_AS_HTTP = "signed as http"  # for a shop that takes itself for one without https


class AuthenticatedClient:
    """A client with one pair of keys, which keeps to the first method that a store accepts."""

    def __init__(self, guard: SafeHttpClient, base: str, key: str, secret: str) -> None:
        self._guard, self._base, self._keys = guard, base, (key, secret)
        self._methods = tuple(AuthMethod) if base.startswith("https:") else (AuthMethod.SIGNED,)
        self._auth = self._methods[0]
        self._is_accepted = False

    def request(
        self, namespace: str, method: str, endpoint: str, *, data: Any = None, params: Any = None
    ) -> SafeHttpResponse:
        """Make a call by the current method. Raises StoreError."""
        api = _WooCommerceApi(self._guard, self._base, self._keys, namespace, self._auth)
        return api.ask(method, endpoint, data, params)

    def mark_accepted(self) -> None:
        """Keep to the current method: the store has accepted the keys."""
        self._is_accepted = True

    def try_next_method(self, refused: StoreError) -> bool:
        """Go on to the next method after a refusal; return False where none is left or the keys are wrong."""
        keys_are_wrong = self._auth is AuthMethod.BASIC and refused.code == KEYS_SEEN
        if refused.trouble is not StoreTrouble.KEYS_REFUSED or self._is_accepted or keys_are_wrong:
            return False
        later = self._methods[self._methods.index(self._auth) + 1 :]
        self._auth = later[0] if later else self._methods[0]
        return bool(later)

    def explain_refusal(self, refused: StoreError) -> StoreError:
        """Return KEYS_TOO_WEAK for keys refused after an accepted call: good keys that may not do this.

        WooCommerce says so too, but in the shop's language.
        """
        if self._is_accepted and refused.trouble is StoreTrouble.KEYS_REFUSED and refused.code == KEYS_SEEN:
            return StoreError(StoreTrouble.KEYS_TOO_WEAK, refused.code)
        return refused


class _WooCommerceApi(API):  # type: ignore[misc]  # the package carries no types
    """The package's client for one namespace; its own calls would bypass the guard by `requests.request`."""

    def __init__(
        self, guard: SafeHttpClient, base: str, keys: tuple[str, str], namespace: str, auth_method: AuthMethod
    ) -> None:
        super().__init__(base, *keys, version=namespace, user_agent=USER_AGENT)
        self._guard, self._auth = guard, auth_method

    def ask(self, method: str, endpoint: str, data: Any, params: dict[str, Any] | None) -> SafeHttpResponse:
        url, auth = self._API__get_url(endpoint), None
        if self._auth is AuthMethod.BASIC:
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
        if self._auth is not AuthMethod.SIGNED_AS_HTTP:
            return str(self._API__get_oauth_url(url, method))
        signed = self._API__get_oauth_url(f"http{url.removeprefix('https')}", method)
        return f"https{signed.removeprefix('http')}"
