"""Authenticates REST calls: keys by Basic or in the query over https, OAuth 1.0a everywhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from receiver.sandbox.woocommerce.errors import RestError
from receiver.sandbox.woocommerce.records import Key

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.asking import Asking
    from receiver.sandbox.woocommerce.shop import SandboxShop

LOOKED_AT = ("wp-json/wc/", "wp-json/wc-")  # elsewhere keys are not looked at
WINDOW_SECONDS = 15 * 60
OAUTH = (
    "oauth_consumer_key",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
)
DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
READS, WRITES = {"GET", "HEAD"}, {"POST", "PUT", "PATCH", "DELETE"}


def key_of(shop: SandboxShop, asking: Asking) -> Key | None:
    """The key a request proves to have; None without one. Raises RestError."""
    if not any(part in asking.uri for part in LOOKED_AT):
        return None
    key = _plain_key(shop, asking) if shop.is_https else None
    return key or _oauth_key(shop, asking)


def check_right(key: Key, method: str) -> None:
    """Raise RestError unless the key may be used for this method."""
    if method in READS and key.permissions not in ("read", "read_write"):
        raise _refused("The API key provided does not have read permissions.")
    if method in WRITES and key.permissions not in ("write", "read_write"):
        raise _refused("The API key provided does not have write permissions.")


def _refused(message: str) -> RestError:
    return RestError("woocommerce_rest_authentication_error", message, 401)


def _find(shop: SandboxShop, consumer_key: str) -> Key | None:
    return next((key for key in shop.records.keys if key.consumer_key == consumer_key), None)


def _plain_key(shop: SandboxShop, asking: Asking) -> Key | None:
    consumer_key, secret = asking.query.get("consumer_key"), asking.query.get("consumer_secret")
    if not (consumer_key and secret):
        consumer_key, secret = _basic(asking.authorization)
    if not (consumer_key and secret):
        return None
    key = _find(shop, consumer_key)
    if key is not None and not hmac.compare_digest(key.consumer_secret.encode(), secret.encode()):
        raise _refused("Consumer secret is invalid.")
    return key


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _oauth_key(shop: SandboxShop, asking: Asking) -> Key | None:
    given = {**asking.query, **asking.form, **_in_header(asking.authorization)}
    left_out = [name for name in OAUTH if not given.get(name)]
    if len(left_out) == len(OAUTH):
        return None
    if left_out:
        words = "parameters" if len(left_out) > 1 else "parameter"
        message = f"Missing OAuth {words} {', '.join(left_out)}"
        raise RestError("woocommerce_rest_authentication_missing_parameter", message, 401)
    key = _find(shop, given["oauth_consumer_key"])
    if key is None:
        raise _refused("Consumer key is invalid.")
    _check_signature(shop, key, asking, given)
    _check_first_use(shop, key, given["oauth_timestamp"], given["oauth_nonce"])
    return key


def _in_header(authorization: str) -> dict[str, str]:
    if not authorization.lower().startswith("oauth "):
        return {}
    found = re.findall(r'(oauth_[a-z_]+)="([^"]*)"', authorization)
    return {name: unquote(value) for name, value in found}


def _check_signature(shop: SandboxShop, key: Key, asking: Asking, given: dict[str, str]) -> None:
    """Over the shop's own home address, whatever address it was reached at."""
    signed = {name: value for name, value in given.items() if name != "oauth_signature"}
    digest = DIGESTS.get(signed["oauth_signature_method"])
    if digest is None:
        raise _refused("Invalid signature - signature method is invalid.")
    pairs = (f"{_twice(name)}%3D{_twice(value)}" for name, value in sorted(signed.items()))
    text = f"{asking.method}&{quote(_signed_url(shop, asking), safe='~')}&{'%26'.join(pairs)}"
    right = base64.b64encode(hmac.new(f"{key.consumer_secret}&".encode(), text.encode(), digest).digest())
    signature = unquote(given["oauth_signature"].replace(" ", "+"))
    if not hmac.compare_digest(right, signature.encode()):
        raise _refused("Invalid signature - provided signature does not match.")


def _signed_url(shop: SandboxShop, asking: Asking) -> str:
    home = urlsplit(shop.home)
    path = asking.uri.partition("?")[0].removeprefix(f"{home.path}/").lstrip("/")
    scheme = "https" if shop.is_https else "http"
    return f"{scheme}://{home.netloc}{home.path}/{path}"


def _twice(text: str) -> str:
    """Percent-encoded, and its percent signs once more."""
    return quote(unquote(text), safe="~").replace("%", "%25")


def _check_first_use(shop: SandboxShop, key: Key, timestamp: str, nonce: str) -> None:
    """By the machine's own clock, which the client signed by, wherever the sandbox's stands."""
    now = time.time()
    if not timestamp.isdigit() or abs(now - int(timestamp)) > WINDOW_SECONDS:
        raise _refused("Invalid timestamp.")
    if nonce in key.nonces.values():
        raise _refused("Invalid nonce - nonce has already been used.")
    with shop.changing():
        recent = {at: used for at, used in key.nonces.items() if int(at) >= now - WINDOW_SECONDS}
        key.nonces = {**recent, timestamp: nonce}
