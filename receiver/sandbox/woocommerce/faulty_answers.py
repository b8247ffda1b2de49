"""The responses of a shop while one of its faults is switched on."""

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

from receiver.sandbox.woocommerce.faults import ShopFault
from receiver.sandbox.woocommerce.php_request import PhpRequest
from receiver.sandbox.woocommerce.webhook_sender import wordpress_json

if TYPE_CHECKING:
    from receiver.sandbox.woocommerce.shop import SandboxShop

HOLD_SECONDS = 90.0  # longer than any client waits
SLOW_SECONDS = 4.0
CHECK_SECONDS = 0.05
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


def site_fault_response(shop: SandboxShop, request: Request) -> Response | None:
    """Return the response to every visitor before WordPress runs; None if it runs.

    A slow shop sleeps first, a silent one holds the request.
    """
    if shop.has_fault(ShopFault.SLOW):
        time.sleep(SLOW_SECONDS)
    _hold_while_silent(shop)
    if shop.has_fault(ShopFault.RESET):
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return Response(status=500)  # for the log: nobody hears it
    if shop.has_fault(ShopFault.MAINTENANCE):
        return Response(MAINTENANCE, 503, {"Retry-After": "600"}, content_type=HTML)
    for fault, status in ((ShopFault.REDIRECT, 301), (ShopFault.TEMPORARY_REDIRECT, 302)):
        if shop.has_fault(fault):
            return Response(status=status, headers={"Location": f"{shop.url}-moved/"}, content_type=HTML)
    return None


def rest_fault_response(shop: SandboxShop) -> Response | None:
    """Return the response to a REST call in place of its answer; None if there is no such fault."""
    if shop.has_fault(ShopFault.FIREWALL):
        return firewall_page()
    if shop.has_fault(ShopFault.CRITICAL_ERROR):
        return Response(wordpress_json(CRITICAL), 500, content_type=JSON)
    if shop.has_fault(ShopFault.ERROR_OBJECT):
        return Response(wordpress_json(LATE_ERROR), content_type=JSON)
    if shop.has_fault(ShopFault.HUGE):
        return Response(_huge_array(), content_type=JSON)
    if shop.has_fault(ShopFault.SWELLING):
        return Response(_gzip_huge(), headers={"Content-Encoding": "gzip"}, content_type=JSON)
    return None


def firewall_page() -> Response:
    """Return the 403 page of a firewall."""
    return Response(FIREWALL, 403, content_type=HTML)


def keyless_fault_response(shop: SandboxShop) -> Response | None:
    """Return the refusal of a REST call without a key; None if the shop answers strangers."""
    if shop.has_fault(ShopFault.MEMBERS_ONLY):
        return Response(wordpress_json(MEMBERS_ONLY), 401, content_type=JSON)
    return None


def drop_authorization(shop: SandboxShop, request: PhpRequest) -> PhpRequest:
    """Return the request as it reaches WordPress: without its Authorization header while that fault is on."""
    return replace(request, authorization="") if shop.has_fault(ShopFault.NO_AUTHORIZATION) else request


def spoil_response(shop: SandboxShop, response: Response) -> Response:
    """Change a REST response by the faults that spoil it on its way out, and return it."""
    body = response.get_data()
    if shop.has_fault(ShopFault.NOTICE):
        response.set_data(NOTICE + body)
    if shop.has_fault(ShopFault.GARBLED):
        response.set_data(body[: len(body) // 2])
    if shop.has_fault(ShopFault.DRIPPING):
        del response.headers["Content-Length"]
        response.response = _drip(shop, body)
    return response


def _hold_while_silent(shop: SandboxShop) -> None:
    """Wait while the shop is silent, longer than any client would; return once the fault is switched off."""
    end = time.monotonic() + HOLD_SECONDS
    while shop.has_fault(ShopFault.SILENT) and time.monotonic() < end:
        time.sleep(CHECK_SECONDS)


def _drip(shop: SandboxShop, body: bytes) -> Iterator[bytes]:
    """Yield single spaces before the body: no wait between two of them is long, all of them together are."""
    end = time.monotonic() + HOLD_SECONDS
    while shop.has_fault(ShopFault.DRIPPING) and time.monotonic() < end:
        yield b" "
        time.sleep(CHECK_SECONDS)
    yield body


def _huge_array() -> Iterator[bytes]:
    """Return the pieces of a JSON array of 64 MB that holds nothing but spaces."""
    spaces = b" " * MEGABYTE
    return itertools.chain([b"["], itertools.repeat(spaces, HUGE_MEGABYTES), [b"]"])


@cache
def _gzip_huge() -> bytes:
    """Return the huge array compressed: small on the wire, huge once it is unpacked."""
    return gzip.compress(b"".join(_huge_array()))
