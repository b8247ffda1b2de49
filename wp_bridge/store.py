"""One WooCommerce store by its REST API, through the guard; only what this service needs of it."""

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
    a_list,
    an_index,
    an_object,
    is_busy,
    read_facts,
    read_webhook,
    text,
)
from wp_bridge.safe_http import Limits, SafeHttpClient, SafeHttpResponse

__all__ = ["RemoteStore", "StoreFacts", "Webhook", "has_key_page", "moved_to", "probe"]

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
PROBING = Limits(connect=5, read=10, deadline=15)  # somebody waits before a page
GONE = "woocommerce_rest_shop_webhook_invalid_id"

Told = TypeVar("Told")


class RemoteStore:
    """One store through its keys. Every call raises StoreError."""

    def __init__(self, guard: SafeHttpClient, base: str, key: str, secret: str) -> None:
        """`base` is what stands before wp-json: the store's home, or that and index.php/."""
        self._guard, self._base = guard, base
        self._calls = AuthenticatedClient(guard, base, key, secret)

    def facts(self) -> StoreFacts:
        """`system_status` with few fields, or the store would make outside calls of its own for it."""
        status = self._ask(an_object, "GET", "system_status", params={"_fields": STATUS_FIELDS})
        setting = "settings/general/woocommerce_default_country"
        country = self._ask(an_object, "GET", setting, params={"_fields": "id,value"})
        return read_facts(status, name=self._name(), country=country.get("value"))

    def webhooks(self) -> list[Webhook]:
        """All of them, ours and others."""
        found: dict[int, Webhook] = {}
        for page in range(1, MOST_PAGES + 1):
            rows, is_last = self._ask(
                _page(page), "GET", "webhooks", params={"per_page": PER_PAGE, "page": page}
            )
            found |= {hook.id: hook for hook in map(read_webhook, rows)}
            if is_last:
                return list(found.values())
        raise StoreError(StoreTrouble.MALFORMED, "webhooks without end")

    def make_webhook(self, name: str, topic: str, delivery_url: str, secret: str) -> Webhook:
        """As the store keeps it: its topic may be another than the one asked for."""
        asked = {"name": name, "topic": topic, "delivery_url": delivery_url, "secret": secret}
        return read_webhook(self._ask(an_object, "POST", "webhooks", data=asked))

    def change_secret(self, webhook_id: int, secret: str) -> None:
        self._ask(an_object, "PUT", f"webhooks/{webhook_id}", data={"secret": secret})

    def delete_webhook(self, webhook_id: int) -> None:
        """One that is not there any more counts as deleted."""
        try:
            self._ask(an_object, "DELETE", f"webhooks/{webhook_id}", params={"force": "true"})
        except StoreError as error:
            if error.code != GONE:
                raise

    def state(self) -> dict[str, Any]:
        """Our plugin's `state` signal."""
        return self._ask(_companion, "GET", "state", namespace=COMPANION)

    def put_token(self, token: str) -> None:
        """Never over http, where everybody on the way could read it."""
        self._guard.check(self._base)
        self._ask(_companion, "POST", "token", namespace=COMPANION, data={"token": token})

    def _ask(
        self,
        read: Callable[[SafeHttpResponse], Told],
        method: str,
        endpoint: str,
        *,
        namespace: str = WOOCOMMERCE,
        data: Any = None,
        params: Any = None,
    ) -> Told:
        """What `read` finds in the answer. Only what was refused for its keys is asked again."""
        while True:
            answer = self._calls.make(namespace, method, endpoint, data=data, params=params)
            try:
                result = read(answer)
            except StoreError as error:
                if not self._calls.another_way(error):
                    raise self._calls.as_meant(error) from None
            else:
                self._calls.taken()
                return result

    def _name(self) -> str | None:
        """The site's title, which anybody may read; not worth failing for."""
        try:
            return _name(_index(self._guard, f"{self._base}wp-json/?_fields={INDEX_FIELDS}", http=True))
        except StoreError:
            return None


def probe(guard: SafeHttpClient, home: str, *, http: bool = False) -> tuple[str, str | None]:
    """Return what stands before wp-json at a store, and its name; without keys. Raises StoreError.

    A store that shows its REST API only to whoever has keys is taken for one: its keys will tell.
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
    """Return whether a store's page for handing out keys answers as WooCommerce's, as far as can be seen.

    Asked without parameters WooCommerce refuses with 401; hosts that block the page answer otherwise.
    """
    headers = {"User-Agent": USER_AGENT}
    try:
        answer = guard.within(PROBING).request("GET", f"{base}{KEY_PAGE}", http=True, headers=headers)
    except Redirected:
        return True
    except StoreError:
        return False  # the store answered a moment ago
    return answer.status < 400 or answer.status == 401 or is_busy(answer.status)


def moved_to(guard: SafeHttpClient, home: str) -> str | None:
    """Return where a store's home redirects for good, as it says itself; None where it does not.

    One question, and nothing is followed. Raises StoreError.
    """
    headers = {"User-Agent": USER_AGENT}
    try:
        guard.within(PROBING).request("GET", home, http=True, headers=headers)
    except Redirected as redirect:
        is_told = redirect.is_permanent and redirect.location
        return urljoin(home, redirect.location) if is_told else None
    return None


def _index_of(guard: SafeHttpClient, home: str, url: str, *, http: bool) -> dict[str, Any] | None:
    """The index at one of a store's own addresses for it; None also where that leads to another of them, as
    WordPress with plain permalinks leads from /index.php/wp-json/ to /wp-json/. Raises StoreError.
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
    return an_index(guard.request("GET", url, http=http, headers=headers))


def _check_namespaces(index: dict[str, Any]) -> None:
    namespaces = [str(item) for item in index.get("namespaces", [WOOCOMMERCE])]
    if WOOCOMMERCE not in namespaces:
        is_old = any(namespace.startswith("wc/") for namespace in namespaces)
        raise StoreError(StoreTrouble.TOO_OLD if is_old else StoreTrouble.NO_WOOCOMMERCE)


def _name(index: dict[str, Any] | None) -> str | None:
    """WordPress writes it for HTML."""
    name = (index or {}).get("name")
    return text(unescape(name)) if isinstance(name, str) else None


def _companion(answer: SafeHttpResponse) -> dict[str, Any]:
    return an_object(answer, absent=StoreTrouble.NO_COMPANION)


def _page(number: int) -> Callable[[SafeHttpResponse], tuple[list[Any], bool]]:
    """Rows, and whether they are the last: where few came and the store counts no more pages."""

    def read(answer: SafeHttpResponse) -> tuple[list[Any], bool]:
        rows = a_list(answer)
        pages = answer.headers.get("x-wp-totalpages", "")
        more = pages.isascii() and pages.isdigit() and len(pages) < 9 and int(pages) > number
        return rows, not rows or (len(rows) < PER_PAGE and not more)

    return read
