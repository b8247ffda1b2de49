"""Shops of a test served over HTTP, and a listener that their webhooks are sent to."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from pathlib import Path
from ssl import SSLContext
from typing import Any

import requests

from receiver.sandbox.woocommerce.faults import ShopFaults
from receiver.sandbox.woocommerce.records import OWNER
from receiver.sandbox.woocommerce.server import create_shops
from receiver.sandbox.woocommerce.shop import SandboxShop
from receiver.sandbox.woocommerce.shops import SandboxShops
from tests.serving import served


@contextmanager
def served_shops(
    folder: Path, now: Callable[[], datetime], tls: SSLContext | None = None
) -> Iterator[SandboxShops]:
    """Serve shops, by TLS where given; `shops.open("name")` opens one, whose data stays in the folder."""
    shops = SandboxShops(folder, ShopFaults(folder / "faults"), now)
    with served(create_shops(shops), tls) as base:
        shops.base = base
        yield shops


@dataclass
class RecordedRequest:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Listener:
    """A server that answers `status` after `stalls` seconds and records requests; /redirected/… gets 200."""

    url: str = ""
    status: int = 200
    stalls: float = 0
    requests: list[RecordedRequest] = field(default_factory=list)
    during: Callable[[], None] = lambda: None  # called before it answers

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {
            name.removeprefix("HTTP_").replace("_", "-").title(): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        }
        self.requests.append(RecordedRequest(environ["REQUEST_METHOD"], environ["PATH_INFO"], headers, body))
        self.during()
        time.sleep(self.stalls)
        is_redirected = environ["PATH_INFO"].startswith("/redirected/")
        status = 200 if is_redirected else self.status
        start_response(f"{status} -", [("Location", f"/redirected/{status}")] if 300 <= status < 400 else [])
        return [b""]


@contextmanager
def served_listener() -> Iterator[Listener]:
    listener = Listener()
    with served(listener) as listener.url:
        yield listener


class MerchantBrowser(requests.Session):
    """A merchant's browser at a shop; it does not follow the shop's redirect back to the app."""

    def __init__(self, shop: SandboxShop, user: str = OWNER) -> None:
        super().__init__()
        self._shop, self._user = shop, user

    def open_approval(self, url: str) -> requests.Response:
        """Open the page that asks the merchant to approve an app, logging in where the shop wants that."""
        page = self.get(url, timeout=60)
        if "/login?" not in page.url:
            return page
        fields = {"username": self._user, "password": self._shop.setup.passwords[self._user]}
        return self.post(page.url, data=fields, timeout=60)

    def approve(self, url: str) -> requests.Response:
        """Approve the app; return the answer, a redirect to the app or a 401 page."""
        return self.get(self._link(url, "wc-auth-approve"), allow_redirects=False, timeout=70)

    def deny(self, url: str) -> str:
        """Return the app's address that the link Deny leads to."""
        return self._link(url, "wc-auth-deny")

    def _link(self, url: str, kind: str) -> str:
        page = self.open_approval(url).text
        match = re.search(f'{kind}" href="([^"]+)"', page)
        assert match, page
        return unescape(match[1])
