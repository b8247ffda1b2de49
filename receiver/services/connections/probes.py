"""Probes of shops for whoever asks, rate-limited by shop and not by visitor.

What is limited is what goes out, never who may ask: past the limit the shop's last answer stands for the
next one. So strangers who ask for a shop all day neither have us knock all day nor keep its merchant out.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from urllib.parse import urlsplit

from receiver.domain.shops import other_scheme, same_shop
from receiver.errors import ShopError
from receiver.services.connections.ports import Shops
from receiver.services.inbox.rate_limit import MOST_KEYS, TokenBucket
from wp_bridge.errors import StoreTrouble

OF_ADDRESS = (10, 1 / 20)  # a burst, then tokens a second
OF_HOST = (60, 1 / 2)  # since a host has addresses without end, by its paths
HOPS = 3  # from http to https, to www., and one more
NOTHING_THERE = (StoreTrouble.UNREACHABLE, StoreTrouble.NOT_WORDPRESS, StoreTrouble.NOT_HTTPS)


class Probes:
    """The last answers of shops; any number of threads may share one."""

    def __init__(self) -> None:
        self._of_address, self._of_host = TokenBucket(*OF_ADDRESS), TokenBucket(*OF_HOST)
        self._lock = Lock()
        self._answers: OrderedDict[tuple[str, bool], str | StoreTrouble] = OrderedDict()

    def probe(self, shops: Shops, url: str, now: datetime, *, http: bool) -> str:
        """Return what the shop's REST API begins with, as it answered now or last. Raises ShopError."""
        host = urlsplit(url).netloc
        if not (self._of_address.allow((url, http), now) and self._of_host.allow(host, now)):
            return _return_or_raise(self._answers.get((url, http), StoreTrouble.BUSY))
        try:
            answer = shops.probe(url, http=http)
        except ShopError as error:
            self._remember((url, http), error.trouble)
            raise
        self._remember((url, http), answer)
        return answer

    def find(self, shops: Shops, url: str, now: datetime, *, http: bool, hops: int = HOPS) -> tuple[str, str]:
        """Return the address where a shop answers, and what its REST API begins with.

        That is another address than `url` where the shop redirects there for good, and https where http was
        written and may not be used. Raises ShopError.
        """
        try:
            return url, self.probe(shops, url, now, http=http)
        except ShopError as error:
            trouble, other = error, _next_address(shops, url, error, http=http) if hops else None
        if other is None:
            raise trouble
        try:
            return self.find(shops, other, now, http=http, hops=hops - 1)
        except ShopError as error:
            raise trouble if error.trouble in NOTHING_THERE else error from None

    def has_key_page(self, shops: Shops, base: str, now: datetime) -> bool:
        """Return whether a shop's key page is let through; True past the rate limit."""
        host = urlsplit(base).netloc
        if not (self._of_address.allow((base, "key page"), now) and self._of_host.allow(host, now)):
            return True
        return shops.has_key_page(base)

    def _remember(self, question: tuple[str, bool], answer: str | StoreTrouble) -> None:
        with self._lock:
            self._answers.pop(question, None)
            self._answers[question] = answer
            if len(self._answers) > MOST_KEYS:
                self._answers.popitem(last=False)


def _next_address(shops: Shops, url: str, error: ShopError, *, http: bool) -> str | None:
    """Return the address to probe instead; None where there is none.

    Keys go where they were typed in for: over http anybody on the way may say that the shop has moved.
    """
    if error.trouble is StoreTrouble.NOT_HTTPS:
        return other_scheme(url)
    if not error.redirected:
        return None
    try:
        target = shops.moved_to(url)
    except ShopError:
        return None
    if target is None or target == url or (http and url.startswith("http:") and not same_shop(target, url)):
        return None
    return target


def _return_or_raise(answer: str | StoreTrouble) -> str:
    """Return a remembered answer. Raises ShopError where it was a trouble."""
    if isinstance(answer, StoreTrouble):
        raise ShopError(answer)
    return answer
