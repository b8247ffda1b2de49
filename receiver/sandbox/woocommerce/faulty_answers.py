"""A shop's faults: what it does while one of them is switched on."""

from __future__ import annotations

import gzip
import itertools
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from werkzeug import Request, Response

from receiver.sandbox.woocommerce.asking import Asking
from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.sandbox.woocommerce.webhook_sender import wordpress_json

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.shop import SandboxShop

HELD_SECONDS = 90.0  # longer than any client waits
SLOW_SECONDS = 4.0
LOOK_SECONDS = 0.05
MEGABYTE = 1024 * 1024
HUGE_MEGABYTES = 64
JSON = "application/json; charset=UTF-8"
HTML = "text/html; charset=UTF-8"
MAINTENANCE = "<!doctype html><title>Maintenance</title>Briefly unavailable for scheduled maintenance."
FIREWALL = "<!doctype html><title>403 Forbidden</title><h1>Forbidden</h1>Your request was blocked."
CRITICAL = {
    "code": "internal_server_error",
    "message": "<p>There has been a critical error on this website.</p>",
    "data": {"status": 500},
    "additional_errors": [],
}
LATE_ERROR = {"code": "rest_cookie_invalid_nonce", "message": "Cookie check failed", "data": {"status": 403}}
MEMBERS_ONLY = {
    "code": "rest_not_logged_in",
    "message": "You are not currently logged in.",
    "data": {"status": 401},
}
NOTICE = (
    b"<br />\n<b>Deprecated</b>:  Creation of dynamic property Some_Plugin::$cache is deprecated in "
    b"<b>/srv/www/wp-content/plugins/some-plugin/some-plugin.php</b> on line <b>128</b><br />\n"
)


def instead_of_the_shop(shop: SandboxShop, request: Request) -> Response | None:
    """Return what every visitor meets before WordPress runs; None: it runs."""
    if shop.suffers(ShopFault.SLOW):
        time.sleep(SLOW_SECONDS)
    _hold_while_silent(shop)
    if shop.suffers(ShopFault.RESET):
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return Response(status=500)  # for the log: nobody hears it
    if shop.suffers(ShopFault.MAINTENANCE):
        return Response(MAINTENANCE, 503, {"Retry-After": "600"}, content_type=HTML)
    for fault, status in ((ShopFault.REDIRECT, 301), (ShopFault.TEMPORARY_REDIRECT, 302)):
        if shop.suffers(fault):
            return Response(status=status, headers={"Location": f"{shop.url}-moved/"}, content_type=HTML)
    return None


def instead_of_rest(shop: SandboxShop) -> Response | None:
    """Return what a REST call meets in place of its answer; None: the answer."""
    if shop.suffers(ShopFault.FIREWALL):
        return blocked()
    if shop.suffers(ShopFault.CRITICAL_ERROR):
        return Response(wordpress_json(CRITICAL), 500, content_type=JSON)
    if shop.suffers(ShopFault.ERROR_OBJECT):
        return Response(wordpress_json(LATE_ERROR), content_type=JSON)
    if shop.suffers(ShopFault.HUGE):
        return Response(_huge(), content_type=JSON)
    if shop.suffers(ShopFault.SWELLING):
        return Response(_packed(), headers={"Content-Encoding": "gzip"}, content_type=JSON)
    return None


def blocked() -> Response:
    """Return the page of a firewall."""
    return Response(FIREWALL, 403, content_type=HTML)


def stranger_refused(shop: SandboxShop) -> Response | None:
    """Return what a REST call without a key meets; None: the answer."""
    if shop.suffers(ShopFault.MEMBERS_ONLY):
        return Response(wordpress_json(MEMBERS_ONLY), 401, content_type=JSON)
    return None


def arriving(shop: SandboxShop, asking: Asking) -> Asking:
    """The request as WordPress gets it."""
    return replace(asking, authorization="") if shop.suffers(ShopFault.NO_AUTHORIZATION) else asking


def spoilt(shop: SandboxShop, answer: Response) -> Response:
    """A REST answer on its way out."""
    body = answer.get_data()
    if shop.suffers(ShopFault.NOTICE):
        answer.set_data(NOTICE + body)
    if shop.suffers(ShopFault.GARBLED):
        answer.set_data(body[: len(body) // 2])
    if shop.suffers(ShopFault.DRIPPING):
        del answer.headers["Content-Length"]
        answer.response = _drips(shop, body)
    return answer


def _hold_while_silent(shop: SandboxShop) -> None:
    """For as long as a client would wait at most; a fault that is switched off lets go at once."""
    end = time.monotonic() + HELD_SECONDS
    while shop.suffers(ShopFault.SILENT) and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)


def _drips(shop: SandboxShop, body: bytes) -> Iterator[bytes]:
    """White space before the body, a little at a time: no single wait is long, and all of it lasts."""
    end = time.monotonic() + HELD_SECONDS
    while shop.suffers(ShopFault.DRIPPING) and time.monotonic() < end:
        yield b" "
        time.sleep(LOOK_SECONDS)
    yield body


def _huge() -> Iterator[bytes]:
    spaces = b" " * MEGABYTE
    return itertools.chain([b"["], itertools.repeat(spaces, HUGE_MEGABYTES), [b"]"])


@cache
def _packed() -> bytes:
    """Small on the wire, huge once it is unpacked."""
    return gzip.compress(b"".join(_huge()))
