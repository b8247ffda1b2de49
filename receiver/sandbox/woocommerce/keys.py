"""Authentication of REST calls: keys by Basic or in the query over https, OAuth 1.0a everywhere."""

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
    from receiver.sandbox.woocommerce.php_request import PhpRequest
    from receiver.sandbox.woocommerce.shop import SandboxShop

AUTHENTICATED_PATHS = ("wp-json/wc/", "wp-json/wc-")  # elsewhere keys are not looked at
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


def authenticate(shop: SandboxShop, request: PhpRequest) -> Key | None:
    """Return the key that a request proves to have; None without one, or where WooCommerce looks at no keys.

    Raises RestError for a wrong secret, an OAuth signature that is incomplete or wrong, a stale time stamp,
    and a nonce that was used before.
    """
    if not any(part in request.uri for part in AUTHENTICATED_PATHS):
        return None
    key = _plain_key(shop, request) if shop.is_https else None
    return key or _oauth_key(shop, request)


def check_right(key: Key, method: str) -> None:
    """Raise RestError unless the permissions of a key allow the method."""
    if method in READS and key.permissions not in ("read", "read_write"):
        raise _authentication_error("The API key provided does not have read permissions.")
    if method in WRITES and key.permissions not in ("write", "read_write"):
        raise _authentication_error("The API key provided does not have write permissions.")


def _authentication_error(message: str) -> RestError:
    return RestError("woocommerce_rest_authentication_error", message, 401)


def _find_key(shop: SandboxShop, consumer_key: str) -> Key | None:
    return next((key for key in shop.records.keys if key.consumer_key == consumer_key), None)


def _plain_key(shop: SandboxShop, request: PhpRequest) -> Key | None:
    consumer_key, secret = request.query.get("consumer_key"), request.query.get("consumer_secret")
    if not (consumer_key and secret):
        consumer_key, secret = _read_basic_header(request.authorization)
    if not (consumer_key and secret):
        return None
    key = _find_key(shop, consumer_key)
    if key is not None and not hmac.compare_digest(key.consumer_secret.encode(), secret.encode()):
        raise _authentication_error("Consumer secret is invalid.")
    return key


def _read_basic_header(authorization: str) -> tuple[str, str]:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _oauth_key(shop: SandboxShop, request: PhpRequest) -> Key | None:
    params = {**request.query, **request.form, **_read_oauth_header(request.authorization)}
    missing = [name for name in OAUTH if not params.get(name)]
    if len(missing) == len(OAUTH):
        return None
    if missing:
        words = "parameters" if len(missing) > 1 else "parameter"
        message = f"Missing OAuth {words} {', '.join(missing)}"
        raise RestError("woocommerce_rest_authentication_missing_parameter", message, 401)
    key = _find_key(shop, params["oauth_consumer_key"])
    if key is None:
        raise _authentication_error("Consumer key is invalid.")
    _check_signature(shop, key, request, params)
    _check_nonce(shop, key, params["oauth_timestamp"], params["oauth_nonce"])
    return key


def _read_oauth_header(authorization: str) -> dict[str, str]:
    if not authorization.lower().startswith("oauth "):
        return {}
    pairs = re.findall(r'(oauth_[a-z_]+)="([^"]*)"', authorization)
    return {name: unquote(value) for name, value in pairs}


def _check_signature(shop: SandboxShop, key: Key, request: PhpRequest, params: dict[str, str]) -> None:
    """Verify the OAuth signature over the shop's own home address, whatever address it was reached at."""
    signed = {name: value for name, value in params.items() if name != "oauth_signature"}
    digest = DIGESTS.get(signed["oauth_signature_method"])
    if digest is None:
        raise _authentication_error("Invalid signature - signature method is invalid.")
    pairs = (f"{_encode_twice(name)}%3D{_encode_twice(value)}" for name, value in sorted(signed.items()))
    text = f"{request.method}&{quote(_signed_url(shop, request), safe='~')}&{'%26'.join(pairs)}"
    right = base64.b64encode(hmac.new(f"{key.consumer_secret}&".encode(), text.encode(), digest).digest())
    signature = unquote(params["oauth_signature"].replace(" ", "+"))
    if not hmac.compare_digest(right, signature.encode()):
        raise _authentication_error("Invalid signature - provided signature does not match.")


def _signed_url(shop: SandboxShop, request: PhpRequest) -> str:
    home = urlsplit(shop.home)
    path = request.uri.partition("?")[0].removeprefix(f"{home.path}/").lstrip("/")
    scheme = "https" if shop.is_https else "http"
    return f"{scheme}://{home.netloc}{home.path}/{path}"


def _encode_twice(text: str) -> str:
    """Encode a text for a URL, and the percent signs of the result once more."""
    return quote(unquote(text), safe="~").replace("%", "%25")


def _check_nonce(shop: SandboxShop, key: Key, timestamp: str, nonce: str) -> None:
    """Record a nonce. Raises RestError unless it is new and its time stamp within 15 minutes of now.

    By the machine's clock, which the client signed by, and not the sandbox's, which may have been moved.
    """
    now = time.time()
    if not timestamp.isdigit() or abs(now - int(timestamp)) > WINDOW_SECONDS:
        raise _authentication_error("Invalid timestamp.")
    if nonce in key.nonces.values():
        raise _authentication_error("Invalid nonce - nonce has already been used.")
    with shop.changing():
        recent = {at: value for at, value in key.nonces.items() if int(at) >= now - WINDOW_SECONDS}
        key.nonces = {**recent, timestamp: nonce}
