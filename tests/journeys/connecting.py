"""A merchant's browser at the service, and the service on a socket that shops reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import requests

from receiver.app import create_app
from receiver.container import Container, build_container
from receiver.sandbox.woocommerce.records import Key
from receiver.sandbox.woocommerce.shop import SandboxShop
from receiver.sandbox.woocommerce.shops import SandboxShops
from receiver.web.connect import shop as pages
from receiver.worker.store_work import work_stores
from tests.conftest import make_settings
from tests.fakes import FrozenClock
from tests.serving import served


class Visitor(requests.Session):
    """A browser at the service."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base

    def at(self, path: str, **more: Any) -> requests.Response:
        url = path if path.startswith("http") else self.base + path
        headers = {"Sec-Fetch-Site": "same-origin"} if path == "/connect/go" else {}  # as by a link of ours
        answer = self.get(url, allow_redirects=False, timeout=60, headers=headers, **more)
        allow_over_http(self)
        return answer


def allow_over_http(visitor: Visitor) -> Visitor:
    """Allow the visitor's cookies over http and return the visitor.

    They are for https only, which a test's socket is not; a browser behind the proxy would send them.
    """
    for cookie in visitor.cookies:
        cookie.secure = False
    return visitor


@contextmanager
def service_for(
    database_url: str, clock: Callable[[], datetime], shops: SandboxShops
) -> Iterator[tuple[Container, str]]:
    """Serve the service on a socket; yield its container and address.

    Shops reach it as https://credit.example, because no shop accepts a callback address without https.
    """
    container = build_container(make_settings(database_url=database_url), now=clock)
    for bucket in (pages.visitors, pages.visited):
        bucket._buckets.clear()
    with served(create_app(container=container)) as base:
        shops.outgoing.reaches["https://credit.example"] = base
        yield container, base
    container.database.close()


def connect_by_hand(container: Container, base: str, clock: FrozenClock, shop: SandboxShop, key: Key) -> str:
    """Connect a shop with a key that its merchant types in; return the text of the last page."""
    for bucket in (pages.visitors, pages.visited):
        bucket._buckets.clear()
    visitor = Visitor(base)
    keys = {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}
    visitor.post(
        f"{base}/connect/by-hand", data={"shop": shop.url, **keys}, timeout=60, allow_redirects=False
    )
    work_stores(container)
    clock.move(seconds=5)
    work_stores(container)
    return allow_over_http(visitor).at("/connect/store").text
