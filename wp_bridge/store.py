"""One WooCommerce store by its REST API, through the guard; only what this service needs of it.

The `woocommerce` package phrases the calls (Basic over https, OAuth 1.0a over http); the guard makes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from types import FunctionType, MethodType
from typing import Any

import woocommerce.api
from woocommerce import API

from wp_bridge.errors import StoreError, Trouble
from wp_bridge.guard import Answer, Guard

WOOCOMMERCE, COMPANION = "wc/v3", "wc-ad-credit/v1"
INDEX_PHP = "index.php/"
PER_PAGE, MOST_PAGES = 100, 20
STATUS_FIELDS = (
    "environment.home_url,environment.store_id,environment.version,environment.wp_version,"
    "settings.currency,settings.HPOS_enabled,active_plugins"
)
USER_AGENT = "ad-credit-receiver"
AMONG_WEBHOOKS = "woocommerce_rest_shop_webhook_"


@dataclass(frozen=True)
class StoreFacts:
    """What a store says of itself; None is "not said". `country` is what stands before the colon of US:CA."""

    home_url: str | None
    uuid: str | None
    name: str | None
    country: str | None
    currency: str | None
    wc_version: str | None
    wp_version: str | None
    hpos: bool | None
    plugins: tuple[tuple[str, str | None], ...] | None


@dataclass(frozen=True)
class Webhook:
    """A webhook as the store keeps it; without `hooks` it can never fire."""

    id: int
    topic: str
    delivery_url: str
    status: str
    hooks: tuple[str, ...]


class _Api(API):  # type: ignore[misc]  # the package carries no types
    """The package's client, whose module-level `requests.request` is the guard's for this one object."""

    def __init__(self, guard: Guard, base: str, key: str, secret: str, version: str) -> None:
        super().__init__(base, key, secret, version=version, user_agent=USER_AGENT)
        code = API._API__request.__code__

        def request(**asked: Any) -> Answer:
            return guard.request(
                asked["method"],
                asked["url"],
                http=True,  # signed by OAuth; whether http may be used at all was decided before
                headers=asked["headers"],
                # Over http the package has put them into the signed address already.
                params=asked["params"] if self.is_ssl else None,
                data=asked["data"],
                auth=asked["auth"],
            )

        around = {**vars(woocommerce.api), "request": request}
        self._API__request = MethodType(FunctionType(code, around), self)
        self._API__request.__func__.__defaults__ = API._API__request.__defaults__


class Store:
    """One store through its keys. Every call raises StoreError; none is repeated."""

    def __init__(self, guard: Guard, base: str, key: str, secret: str) -> None:
        """`base` is what stands before wp-json: the store's home, or that and index.php/."""
        self._guard, self._base = guard, base
        self._woocommerce = _Api(guard, base, key, secret, WOOCOMMERCE)
        self._companion = _Api(guard, base, key, secret, COMPANION)

    def facts(self) -> StoreFacts:
        """`system_status` with few fields, or the store would make outside calls of its own for it."""
        told = _object(self._woocommerce.get("system_status", params={"_fields": STATUS_FIELDS}))
        environment, settings = _part(told, "environment"), _part(told, "settings")
        return StoreFacts(
            home_url=_text(environment.get("home_url")),
            uuid=_text(environment.get("store_id")),
            name=self._name(),
            country=self._country(),
            currency=_text(settings.get("currency")),
            wc_version=_text(environment.get("version")),
            wp_version=_text(environment.get("wp_version")),
            hpos=settings["HPOS_enabled"] if isinstance(settings.get("HPOS_enabled"), bool) else None,
            plugins=_plugins(told.get("active_plugins")),
        )

    def webhooks(self) -> list[Webhook]:
        """All of them, ours and others."""
        found: dict[int, Webhook] = {}
        for page in range(1, MOST_PAGES + 1):
            rows = _list(self._woocommerce.get("webhooks", params={"per_page": PER_PAGE, "page": page}))
            found |= {hook.id: hook for hook in map(_webhook, rows)}
            if len(rows) < PER_PAGE:
                return list(found.values())
        raise StoreError(Trouble.MALFORMED, "webhooks without end")

    def make_webhook(self, name: str, topic: str, delivery_url: str, secret: str) -> Webhook:
        """As the store keeps it: its topic may be another than the one asked for."""
        asked = {"name": name, "topic": topic, "delivery_url": delivery_url, "secret": secret}
        return _webhook(_object(self._woocommerce.post("webhooks", asked)))

    def change_secret(self, webhook_id: int, secret: str) -> None:
        _object(self._woocommerce.put(f"webhooks/{webhook_id}", {"secret": secret}))

    def delete_webhook(self, webhook_id: int) -> None:
        """One that is not there any more counts as deleted."""
        try:
            _object(self._woocommerce.delete(f"webhooks/{webhook_id}", params={"force": "true"}))
        except StoreError as error:
            if error.code != f"{AMONG_WEBHOOKS}invalid_id":
                raise

    def state(self) -> dict[str, Any]:
        """Our plugin's `state` signal."""
        return _object(self._companion.get("state"), absent=Trouble.NO_COMPANION)

    def put_token(self, token: str) -> None:
        _object(self._companion.post("token", {"token": token}), absent=Trouble.NO_COMPANION)

    def _name(self) -> str | None:
        """The site's title, which WordPress writes for HTML; anybody may read it."""
        index = _index(self._guard, f"{self._base}wp-json/?_fields=name,namespaces", http=True)
        name = _text((index or {}).get("name"))
        return unescape(name) if name else None

    def _country(self) -> str | None:
        told = _object(
            self._woocommerce.get(
                "settings/general/woocommerce_default_country", params={"_fields": "id,value"}
            )
        )
        value = _text(told.get("value"))
        return value.partition(":")[0] if value else None


def probe(guard: Guard, home: str, *, http: bool = False) -> tuple[str, str | None]:
    """What stands before wp-json at a store, and its name; without keys. Raises StoreError."""
    guard.check(home, http=http)
    for base in (home, home + INDEX_PHP):
        index = _index(guard, f"{base}wp-json/", http=http)
        if index is not None:
            if WOOCOMMERCE not in index.get("namespaces", ()):
                old = any(str(one).startswith("wc/") for one in index.get("namespaces", ()))
                raise StoreError(Trouble.TOO_OLD if old else Trouble.NO_WOOCOMMERCE)
            return base, _text(index.get("name"))
    plain = _index(guard, f"{home}?rest_route=/", http=http)
    raise StoreError(Trouble.NOT_WORDPRESS if plain is None else Trouble.NO_PERMALINKS)


def _index(guard: Guard, url: str, *, http: bool) -> dict[str, Any] | None:
    """WordPress's index of its REST API; None where something else answers."""
    answer = guard.request("GET", url, http=http, headers={"User-Agent": USER_AGENT})
    if answer.status in (429, 502, 503, 504):
        raise StoreError(Trouble.BUSY)
    if answer.status == 404:
        return None
    try:
        index = _json(answer)
    except StoreError:
        return None
    return index if isinstance(index, dict) and isinstance(index.get("namespaces"), list) else None


# -- Reading answers -------------------------------------------------------------------------------


def _object(answer: Answer, absent: Trouble = Trouble.NO_WOOCOMMERCE) -> dict[str, Any]:
    told = _told(answer, absent)
    if not isinstance(told, dict):
        raise StoreError(Trouble.MALFORMED)
    return told


def _list(answer: Answer) -> list[Any]:
    told = _told(answer, Trouble.NO_WOOCOMMERCE)
    if not isinstance(told, list):
        raise StoreError(Trouble.MALFORMED)
    return told


def _told(answer: Answer, absent: Trouble) -> Any:
    """The JSON of a good answer; an error object stands in a bad one, and now and then in a good one."""
    if answer.status == 429 or (answer.status >= 500 and answer.status != 501):
        raise StoreError(Trouble.BUSY)
    try:
        told = _json(answer)
    except StoreError:
        # A firewall's page, not WordPress's: 403 in HTML says nothing about our keys.
        raise StoreError(Trouble.UNREACHABLE if answer.status >= 400 else Trouble.MALFORMED) from None
    code, status = _error(told)
    if code is None and answer.status < 300:
        return told
    raise StoreError(_trouble(code or "", status or answer.status, _message(told), absent), code)


def _trouble(code: str, status: int, message: str, absent: Trouble) -> Trouble:
    if code == "rest_no_route":
        return absent
    if status == 429 or (status >= 500 and status != 501):
        return Trouble.BUSY
    if "permissions" in message or status == 403:
        return Trouble.KEYS_TOO_WEAK
    return Trouble.KEYS_REFUSED if status == 401 else Trouble.MALFORMED


def _error(told: Any) -> tuple[str | None, int | None]:
    """The code and status of an error object."""
    if not isinstance(told, dict) or not isinstance(told.get("code"), str):
        return None, None
    data = told.get("data")
    status = data.get("status") if isinstance(data, dict) else None
    return (told["code"][:100], status) if isinstance(status, int) else (None, None)


def _message(told: Any) -> str:
    return str(told.get("message", "")) if isinstance(told, dict) else ""


def _json(answer: Answer) -> Any:
    """Raises StoreError where something is printed before it, as PHP does with notices."""
    try:
        return json.loads(answer.body.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise StoreError(Trouble.MALFORMED) from None


def _webhook(row: Any) -> Webhook:
    if not isinstance(row, dict) or type(row.get("id")) is not int:
        raise StoreError(Trouble.MALFORMED)
    hooks = row.get("hooks")
    return Webhook(
        id=row["id"],
        topic=_text(row.get("topic")) or "",
        delivery_url=_text(row.get("delivery_url")) or "",
        status=_text(row.get("status")) or "",
        hooks=tuple(str(one) for one in hooks) if isinstance(hooks, list) else (),
    )


def _plugins(rows: Any) -> tuple[tuple[str, str | None], ...] | None:
    if not isinstance(rows, list):
        return None
    files = (
        (_text(row.get("plugin")), _text(row.get("version"))) for row in rows if isinstance(row, Mapping)
    )
    return tuple((file, version) for file, version in files if file)


def _part(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = told.get(name)
    return part if isinstance(part, dict) else {}


def _text(value: Any) -> str | None:
    return value[:500] if isinstance(value, str) and value else None
