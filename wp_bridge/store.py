"""A WooCommerce store by its REST API, through the SSRF guard; only the calls this service needs."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any, TypeVar
from urllib.parse import urljoin

from wp_bridge.authenticated_client import USER_AGENT, AuthenticatedClient
from wp_bridge.errors import Redirected, StoreError, StoreTrouble
from wp_bridge.responses import (
    StoreFacts,
    Webhook,
    clean_text,
    is_busy,
    read_facts,
    read_index,
    read_list,
    read_object,
    read_webhook,
)
from wp_bridge.safe_http import Limits, SafeHttpClient, SafeHttpResponse

__all__ = ["RemoteStore", "StoreFacts", "Webhook", "find_new_address", "has_key_page", "probe"]

WOOCOMMERCE, COMPANION = "wc/v3", "wc-ad-credit/v1"
INDEX_PHP = "index.php/"
OWN_INDEXES = ("", "index.php", "wp-json/", f"{INDEX_PHP}wp-json/")
INDEX_FIELDS = "name,namespaces"
KEY_PAGE = "wc-auth/v1/authorize"
PER_PAGE, MOST_PAGES = 100, 20
STATUS_FIELDS = (
    "environment.home_url,environment.store_id,environment.version,environment.wp_version,"
    "settings.currency,settings.HPOS_enabled,active_plugins"
)
PROBING = Limits(connect=5, read=10, deadline=15)  # a person waits for a page
GONE = "woocommerce_rest_shop_webhook_invalid_id"

Result = TypeVar("Result")


class RemoteStore:
    """A store that is called with its keys. Every call raises StoreError."""

    def __init__(self, guard: SafeHttpClient, base: str, key: str, secret: str) -> None:
        """Take the keys, and in `base` the address before wp-json/: its home, or that and index.php/."""
        self._guard, self._base = guard, base
        self._client = AuthenticatedClient(guard, base, key, secret)

    def facts(self) -> StoreFacts:
        """Read what the store reports of itself.

        Few fields of `system_status` are asked for: for others the store would make outside calls of its own.
        """
        status = self._ask(read_object, "GET", "system_status", params={"_fields": STATUS_FIELDS})
        setting = "settings/general/woocommerce_default_country"
        country = self._ask(read_object, "GET", setting, params={"_fields": "id,value"})
        return read_facts(status, name=self._name(), country=country.get("value"))

    def webhooks(self) -> list[Webhook]:
        """List all webhooks of the store, ours and others."""
        hooks: dict[int, Webhook] = {}
        for page in range(1, MOST_PAGES + 1):
            rows, is_last = self._ask(
                _page(page), "GET", "webhooks", params={"per_page": PER_PAGE, "page": page}
            )
            hooks |= {hook.id: hook for hook in map(read_webhook, rows)}
            if is_last:
                return list(hooks.values())
        raise StoreError(StoreTrouble.MALFORMED, "webhooks without end")

    def make_webhook(self, name: str, topic: str, delivery_url: str, secret: str) -> Webhook:
        """Create a webhook; return it as the store keeps it, perhaps with another topic than asked for."""
        fields = {"name": name, "topic": topic, "delivery_url": delivery_url, "secret": secret}
        return read_webhook(self._ask(read_object, "POST", "webhooks", data=fields))

    def change_secret(self, webhook_id: int, secret: str) -> None:
        """Set the secret of a webhook."""
        self._ask(read_object, "PUT", f"webhooks/{webhook_id}", data={"secret": secret})

    def delete_webhook(self, webhook_id: int) -> None:
        """Delete a webhook; idempotent: a missing one counts as deleted."""
        try:
            self._ask(read_object, "DELETE", f"webhooks/{webhook_id}", params={"force": "true"})
        except StoreError as error:
            if error.code != GONE:
                raise

    def state(self) -> dict[str, Any]:
        """Read the `state` signal of our plugin."""
        return self._ask(_companion, "GET", "state", namespace=COMPANION)

    def put_token(self, token: str) -> None:
        """Put the status token into our plugin; never over http, where everybody on the way could read it."""
        self._guard.check(self._base)
        self._ask(_companion, "POST", "token", namespace=COMPANION, data={"token": token})

    def _ask(
        self,
        read: Callable[[SafeHttpResponse], Result],
        method: str,
        endpoint: str,
        *,
        namespace: str = WOOCOMMERCE,
        data: Any = None,
        params: Any = None,
    ) -> Result:
        """Make a call and return its answer as `read` reads it; repeat only a call refused for its keys."""
        while True:
            answer = self._client.request(namespace, method, endpoint, data=data, params=params)
            try:
                result = read(answer)
            except StoreError as error:
                if not self._client.try_next_method(error):
                    raise self._client.explain_refusal(error) from None
            else:
                self._client.mark_accepted()
                return result

    def _name(self) -> str | None:
        """Return the site's title, which anybody may read; None where that fails."""
        try:
            return _name(_index(self._guard, f"{self._base}wp-json/?_fields={INDEX_FIELDS}", http=True))
        except StoreError:
            return None


def probe(guard: SafeHttpClient, home: str, *, http: bool = False) -> tuple[str, str | None]:
    """Find a store's REST API without keys: return the address before wp-json/, and the store's name.

    A store that shows its REST API only with keys is accepted: its keys will tell. Raises StoreError.
    """
    guard.check(home, http=http)
    guard = guard.within(PROBING)
    for base in (home, home + INDEX_PHP):
        index = _index_of(guard, home, f"{base}wp-json/?_fields={INDEX_FIELDS}", http=http)
        if index is not None:
            _check_namespaces(index)
            return base, _name(index)
    plain = _index_of(guard, home, f"{home}?rest_route=/&_fields={INDEX_FIELDS}", http=http)
    raise StoreError(StoreTrouble.NOT_WORDPRESS if plain is None else StoreTrouble.NO_PERMALINKS)


def has_key_page(guard: SafeHttpClient, base: str) -> bool:
    """Return whether a store's page for handing out keys seems to be WooCommerce's.

    Without parameters WooCommerce answers 401; hosts that block the page answer otherwise.
    """
    headers = {"User-Agent": USER_AGENT}
    try:
        answer = guard.within(PROBING).request("GET", f"{base}{KEY_PAGE}", http=True, headers=headers)
    except Redirected:
        return True
    except StoreError:
        return False  # the store answered a moment ago
    return answer.status < 400 or answer.status == 401 or is_busy(answer.status)


def find_new_address(guard: SafeHttpClient, home: str) -> str | None:
    """Return where a store's home redirects to permanently; None where it does not. Raises StoreError.

    One call, and the redirect is not followed.
    """
    headers = {"User-Agent": USER_AGENT}
    try:
        guard.within(PROBING).request("GET", home, http=True, headers=headers)
    except Redirected as redirect:
        has_moved = redirect.is_permanent and redirect.location
        return urljoin(home, redirect.location) if has_moved else None
    return None


def _index_of(guard: SafeHttpClient, home: str, url: str, *, http: bool) -> dict[str, Any] | None:
    """Read the index at one of a store's addresses for it; None also where that redirects to another of them.

    WordPress with plain permalinks redirects from /index.php/wp-json/ to /wp-json/. Raises StoreError.
    """
    try:
        return _index(guard, url, http=http)
    except Redirected as redirect:
        target = urljoin(url, redirect.location or url).partition("?")[0]
        if target.rstrip("/") not in {(home + own).rstrip("/") for own in OWN_INDEXES}:
            raise
        return None


def _index(guard: SafeHttpClient, url: str, *, http: bool) -> dict[str, Any] | None:
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json"}
    return read_index(guard.request("GET", url, http=http, headers=headers))


def _check_namespaces(index: dict[str, Any]) -> None:
    namespaces = [str(item) for item in index.get("namespaces", [WOOCOMMERCE])]
    if WOOCOMMERCE not in namespaces:
        is_old = any(namespace.startswith("wc/") for namespace in namespaces)
        raise StoreError(StoreTrouble.TOO_OLD if is_old else StoreTrouble.NO_WOOCOMMERCE)


def _name(index: dict[str, Any] | None) -> str | None:
    """Return the name in an index, which WordPress writes for HTML."""
    name = (index or {}).get("name")
    return clean_text(unescape(name)) if isinstance(name, str) else None


def _companion(answer: SafeHttpResponse) -> dict[str, Any]:
    return read_object(answer, absent=StoreTrouble.NO_COMPANION)


def _page(number: int) -> Callable[[SafeHttpResponse], tuple[list[Any], bool]]:
    """Return a reader of a page's rows, and of whether it is the last.

    The last one is empty, or short where the store counts no more pages.
    """

    def read(answer: SafeHttpResponse) -> tuple[list[Any], bool]:
        rows = read_list(answer)
        pages = answer.headers.get("x-wp-totalpages", "")
        more = pages.isascii() and pages.isdigit() and len(pages) < 9 and int(pages) > number
        return rows, not rows or (len(rows) < PER_PAGE and not more)

    return read
