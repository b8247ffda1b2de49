"""`python -m tests.hosts.sender STORE,STORE… WEB…`: sends numbered signals, a line per answer."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from http.client import HTTPException
from itertools import count
from threading import Lock, Thread

from tests.raw_http import send, signed_headers
from tests.signals import SECRET, body_of, signal

EACH, PAUSE = 4, 0.2  # threads to each web host, and seconds between two deliveries of one
STORE_WAITS = 60  # seconds, for its answer
SHOPS = 100  # in turns, so that none sends more signals than are applied in a day
printing = Lock()


@dataclass(frozen=True)
class SignalAnswer:
    """The answer to one signal, sent `at` (seconds of the epoch) and answered after `seconds`."""

    number: int
    web: str
    at: float
    seconds: float
    status: int | str  # or what went wrong
    retry_after: str | None = None
    id: int | None = None  # of the delivery


def shop_url(number: int) -> str:
    return f"https://shop-{number}.example/"


def _send_forever(web: str, stores: Sequence[str], numbers: Iterator[int]) -> None:
    """Send each signal once, whatever the answer: a store does not send again."""
    while True:
        answer = _send(web, stores, next(numbers))
        with printing:
            print(json.dumps(asdict(answer)), flush=True)
        time.sleep(PAUSE)


def _send(web: str, stores: Sequence[str], number: int) -> SignalAnswer:
    shop = number % len(stores)
    body = body_of(signal(number, home_url=shop_url(shop)))
    headers = signed_headers(body, SECRET, x_wc_webhook_delivery_id=f"{number:032x}")
    path, at = f"/webhooks/woocommerce/{stores[shop]}", time.time()
    try:
        reply = send(f"http://{web}", "POST", path, headers, body, ends=False, timeout=STORE_WAITS)
    except (OSError, HTTPException) as error:
        return SignalAnswer(number, web, at, time.time() - at, type(error).__name__)
    seconds = time.time() - at
    delivery_id = reply.json["id"] if reply.status == 200 else None
    return SignalAnswer(number, web, at, seconds, reply.status, reply.headers.get("retry-after"), delivery_id)


def main(store_ids: str, *webs: str) -> None:
    stores, numbers = store_ids.split(","), count(1)
    for web in webs:
        for _ in range(EACH):
            Thread(target=_send_forever, args=(web, stores, numbers)).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
