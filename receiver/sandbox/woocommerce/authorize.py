"""The pages of `/wc-auth/v1/`: a merchant approves, and the shop posts keys before the browser returns."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote_plus, urlencode, urlsplit, urlunsplit

from flask import redirect
from markupsafe import Markup
from werkzeug import Response

from receiver.sandbox.html_page import access_denied, page
from receiver.sandbox.woocommerce.outgoing import MOST_REDIRECTS, Unreachable
from receiver.sandbox.woocommerce.php_request import PhpRequest
from receiver.sandbox.woocommerce.records import Key
from receiver.sandbox.woocommerce.webhook_sender import (
    Request,
    leading_headers,
    trailing_headers,
    wordpress_json,
)

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.shop import SandboxShop

REQUIRED = ("app_name", "user_id", "return_url", "callback_url", "scope")
SCOPES = {"read": "Read", "write": "Write", "read_write": "Read/Write"}
MAY = {"read": "view", "write": "create", "read_write": "view and manage"}
KEY_ACCEPTED = 200  # the one answer of a callback that keeps the key
COOKIE = "wordpress_logged_in"
LOGIN = Markup("""<p>To connect to {app} you need to log in to {shop}.</p>{wrong}
<form method="post">
<label>Username <input name="username" value="owner" required></label>
<label>Password <input name="password" type="password" value="password" required></label>
<button class="button">Login</button> <a class="button" href="{deny}">Cancel and return to {app}</a>
</form>""")
WRONG = Markup('<p role="alert">Error: unknown username or wrong password.</p>')
GRANT = Markup("""<p>{app} would like to connect to {shop}.</p>
<p>This will give "{app}" <strong>{scope}</strong> access, and keys are sent to {host}. It may then {may}
coupons, customers, orders and sales reports, and products.</p>
<p>Logged in as {user}.</p>
<p><a class="button wc-auth-approve" href="{approve}">Approve</a>
<a class="button wc-auth-deny" href="{deny}">Deny</a></p>""")
NOT_SENT = "An error occurred in the request and at the time were unable to send the consumer data"


class KeyRequestRefused(Exception):
    """A key request that is refused; its message is shown on a 401 page."""


def find_step(path: str, request: PhpRequest) -> str | None:
    """Return the step of the key request that an address means, in either form; None for another page."""
    match = re.fullmatch("wc-auth/v1/(login|authorize|access_granted)/?", path)
    if match:
        return match[1]
    return request.query.get("wc-auth-route") if request.query.get("wc-auth-version") == "1" else None


def respond(shop: SandboxShop, request: PhpRequest, route: str, cookies: dict[str, str]) -> Response:
    """Return the page of one step, a redirect to another, or a 401 page with the reason of a refusal.

    `route` is the step: login, authorize or access_granted.
    """
    try:
        _check_parameters(shop, request.query)
        session = cookies.get(COOKIE, "")
        user = shop.records.sessions.get(session)
        if route == "login":
            return _login_page(shop, request) if user is None else _redirect_to(shop, request, "authorize")
        if route == "authorize" and user is None:
            return _redirect_to(shop, request, "login")
        if user is None or not shop.may_manage(user):
            raise KeyRequestRefused("You do not have permission to access this page")
        if route == "authorize":
            return _consent_page(shop, request.query, user, _nonce(session))
        if request.query.get("wc_auth_nonce") != _nonce(session):
            raise KeyRequestRefused("Invalid nonce verification")
        return _grant_key(shop, request.query, user)
    except KeyRequestRefused as refusal:
        return access_denied(str(refusal))


def sanitize_text(text: str) -> str:
    """Remove tags and percent escapes from a text and collapse its white space, as WordPress does."""
    text = re.sub(r"<[^>]*>?", "", text)
    return re.sub(r"%[0-9a-fA-F]{2}", "", re.sub(r"\s+", " ", text).strip())


def normalize_url(url: str) -> str:
    """Decode an address once more than usual, as WooCommerce does; without a scheme it is taken for https."""
    url = unquote_plus(url)
    return url if "://" in url else f"https://{url}"


def _check_parameters(shop: SandboxShop, query: dict[str, str]) -> None:
    for name in REQUIRED:
        if not query.get(name):
            raise KeyRequestRefused(f"Missing parameter {name}")
    if query["scope"] not in SCOPES:
        raise KeyRequestRefused(f"Invalid scope {sanitize_text(query['scope'])}")
    for name in ("return_url", "callback_url"):
        if not re.fullmatch(r"[a-z]+://[!-~]+", normalize_url(query[name]), re.IGNORECASE):
            raise KeyRequestRefused(f"The {name} is not a valid URL")
    over_ssl = normalize_url(query["callback_url"]).lower().startswith("https://")
    if not over_ssl and not shop.setup.http_callbacks:
        raise KeyRequestRefused("The callback_url needs to be over SSL")


def _redirect_to(shop: SandboxShop, request: PhpRequest, route: str) -> Response:
    return redirect(_own_url(shop, request.query, route))


def _login_page(shop: SandboxShop, request: PhpRequest) -> Response:
    """Return the login form; after a correct password, set the session cookie and redirect to the consent."""
    user = request.form.get("username", "")
    if request.method == "POST" and shop.setup.passwords.get(user) == request.form.get("password"):
        session = shop.log_in(user)
        response = _redirect_to(shop, request, "authorize")
        response.set_cookie(COOKIE, session, path=urlsplit(shop.url).path, httponly=True, samesite="Lax")
        return response
    form = LOGIN.format(
        app=sanitize_text(request.query["app_name"]),
        shop=shop.setup.name,
        wrong=WRONG if request.method == "POST" else "",
        deny=_return_url(request.query, success=0),
    )
    return page("Connect", form)


def _consent_page(shop: SandboxShop, query: dict[str, str], user: str, nonce: str) -> Response:
    """Return the page with Approve and Deny, both of which are plain links."""
    body = GRANT.format(
        app=sanitize_text(query["app_name"]),
        shop=shop.setup.name,
        scope=SCOPES[query["scope"]],
        may=MAY[query["scope"]],
        host=urlsplit(normalize_url(query["callback_url"])).hostname,
        user=user,
        approve=f"{_own_url(shop, query, 'access_granted')}&wc_auth_nonce={nonce}",
        deny=_return_url(query, success=0),
    )
    return page("Application authentication request", body)


def _grant_key(shop: SandboxShop, query: dict[str, str], user: str) -> Response:
    """Create a key, post it to the app, and only then redirect the browser to the app.

    Unless the app answers 200, revoke the key and raise KeyRequestRefused.
    """
    description = f"{sanitize_text(query['app_name'])} - API ({shop.now().astimezone(UTC):%Y-%m-%d %H:%M:%S})"
    key = shop.new_key(query["scope"], user=user, description=description)
    try:
        status = _post_key(shop, key, sanitize_text(query["user_id"]), normalize_url(query["callback_url"]))
        if status != KEY_ACCEPTED:
            raise KeyRequestRefused(NOT_SENT)
    except (Unreachable, KeyRequestRefused) as error:
        shop.revoke(key)
        raise KeyRequestRefused(str(error)) from error
    return redirect(_return_url(query, success=1))


def _post_key(shop: SandboxShop, key: Key, user_id: str, callback_url: str) -> int:
    body = wordpress_json(
        {
            "key_id": key.id,
            "user_id": user_id,
            "consumer_key": key.consumer_key,
            "consumer_secret": key.consumer_secret,
            "key_permissions": key.permissions,
        }
    )
    agent = f"WordPress/{shop.setup.wp_version}; {shop.home}"
    kind = {"Content-Type": "application/json;charset=UTF-8"}
    request = Request({**leading_headers(agent), **kind, **trailing_headers(body)}, body)
    seconds = shop.outgoing.keys_seconds
    return shop.outgoing.send(callback_url, request, seconds, shop.sent_requests, redirects=MOST_REDIRECTS)


def _own_url(shop: SandboxShop, query: dict[str, str], route: str) -> str:
    """Return the address of another step of the same key request."""
    fields = {
        "app_name": sanitize_text(query["app_name"]),
        "user_id": sanitize_text(query["user_id"]),
        "return_url": normalize_url(query["return_url"]),
        "callback_url": normalize_url(query["callback_url"]),
        "scope": query["scope"],
    }
    return f"{shop.page_url(f'wc-auth/v1/{route}')}?{urlencode(fields, quote_via=quote)}"


def _return_url(query: dict[str, str], *, success: int) -> str:
    """Return the app's return address with the outcome added to the query it already has."""
    parts = urlsplit(normalize_url(query["return_url"]))
    outcome = {"success": str(success), "user_id": sanitize_text(query["user_id"])}
    with_outcome = urlencode({**dict(parse_qsl(parts.query)), **outcome}, quote_via=quote)
    return urlunsplit(parts._replace(query=with_outcome))


def _nonce(session: str) -> str:
    return hashlib.sha256(f"wc_auth_grant_access{session}".encode()).hexdigest()[:10]
