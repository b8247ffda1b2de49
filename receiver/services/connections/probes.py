"""Probes shops for whoever asks, and each of them only so often, whoever asks.

What is limited is what goes out, never who may ask: past the limit the shop's last answer stands for the
next one. So strangers who ask for a shop all day neither have us knock all day nor keep its merchant out.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from urllib.parse import urlsplit

from receiver.errors import ShopError
from receiver.services.connections.ports import Shops
from receiver.services.inbox.rate_limit import MOST_KEYS, TokenBucket
from wp_bridge.errors import StoreTrouble

OF_ADDRESS = (10, 1 / 20)  # a burst, then so many a second
OF_HOST = (60, 1 / 2)  # or paths without end would be addresses without end


class Probes:
    """What shops answered last; any number of threads may share one."""

    def __init__(self) -> None:
        self._of_address, self._of_host = TokenBucket(*OF_ADDRESS), TokenBucket(*OF_HOST)
        self._lock = Lock()
        self._answers: OrderedDict[tuple[str, bool], str | StoreTrouble] = OrderedDict()

    def probe(self, shops: Shops, url: str, now: datetime, *, http: bool) -> str:
        """Return what the shop's REST begins with, as it answered now or last. Raises ShopError."""
        host = urlsplit(url).netloc
        if not (self._of_address.allow((url, http), now) and self._of_host.allow(host, now)):
            return _told(self._answers.get((url, http), StoreTrouble.BUSY))
        try:
            answer: str | StoreTrouble = shops.probe(url, http=http)
        except ShopError as error:
            answer = error.trouble
        self._remember((url, http), answer)
        return _told(answer)

    def _remember(self, asked: tuple[str, bool], answer: str | StoreTrouble) -> None:
        with self._lock:
            self._answers.pop(asked, None)
            self._answers[asked] = answer
            if len(self._answers) > MOST_KEYS:
                self._answers.popitem(last=False)


def _told(answer: str | StoreTrouble) -> str:
    if isinstance(answer, StoreTrouble):
        raise ShopError(answer)
    return answer
