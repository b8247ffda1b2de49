"""The sandbox's stores at work: they send their history once, then now and then what a store sends."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.client import HTTPException

from receiver.sandbox import world
from receiver.sandbox.memory import Memory, recall
from receiver.sandbox.place import Place, find_place
from receiver.sandbox.woocommerce import Webhook, deliver, ping

SIGNAL, ORDER = "action.wc_ad_credit_signal", "order.updated"
PAUSE_SECONDS = 30.0
FIRST_WEBHOOK_ID = 11


class Stores:
    """Each speaks for itself, with its own secret and its own count of signals."""

    def __init__(self, place: Place, memory: Memory) -> None:
        self._place, self._memory = place, memory

    def tell_history(self) -> bool:
        """Send what the stores have not told yet, each in order; whether all of it is told now."""
        return all(self._tell(merchant) for merchant in world.MERCHANTS)

    def _tell(self, merchant: world.Merchant) -> bool:
        store = self._memory.stores[merchant.key]
        history = world.history(merchant, self._memory.born)
        if store.told == 0:
            self._say(merchant, "ping", self._sent(ping, self._webhook(merchant)))
        for at, fields in history[store.told :]:
            if not self.signal(merchant, at, fields):
                return False
            store.told += 1
            self._memory.save(self._place.state)
        return True

    def signal(self, merchant: world.Merchant, at: datetime, fields: Mapping[str, object]) -> bool:
        """Send one signal; its number counts only once it was taken in."""
        store = self._memory.stores[merchant.key]
        argument = {
            "v": 1,
            "install_id": store.install_id,
            "home_url": merchant.url,
            "seq": store.seq + 1,
            "at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            **fields,
        }
        payload = {"action": "wc_ad_credit_signal", "arg": argument}
        status = self._sent(deliver, self._webhook(merchant), SIGNAL, payload)
        self._say(merchant, str(fields["event"]), status)
        if status == 200:
            store.seq += 1
            self._memory.save(self._place.state)
        return status == 200

    def order(self, merchant: world.Merchant) -> None:
        """What no store should send us: a webhook somebody made for orders. It is ignored, body dropped."""
        number = random.randrange(1000, 9999)  # noqa: S311 (an order's number is no secret)
        payload = {"id": number, "status": "processing", "currency": merchant.currency, "total": "21.00"}
        self._say(merchant, ORDER, self._sent(deliver, self._webhook(merchant), ORDER, payload))

    def _webhook(self, merchant: world.Merchant) -> Webhook:
        store = self._memory.stores[merchant.key]
        number = FIRST_WEBHOOK_ID + world.MERCHANTS.index(merchant)
        return Webhook(
            f"{self._place.web}/webhooks/woocommerce/{store.id}", store.secret, number, merchant.url
        )

    @staticmethod
    def _sent(send: Callable[..., int], *what: object) -> int | str:
        """The answer's status, or why there was none."""
        try:
            return send(*what)
        except (OSError, HTTPException) as error:
            return type(error).__name__

    @staticmethod
    def _say(merchant: world.Merchant, what: str, came_of: int | str) -> None:
        print(f"{merchant.key}: {what} -> {came_of}", flush=True)


def main() -> None:
    place = find_place(os.environ)
    memory = recall(place.state)
    assert memory is not None
    stores = Stores(place, memory)
    while not stores.tell_history():
        time.sleep(2)
    for turn in range(10**9):
        time.sleep(PAUSE_SECONDS)
        merchant = world.MERCHANTS[turn % len(world.MERCHANTS)]
        if turn % 3 == 2:
            stores.order(merchant)
        else:
            stores.signal(merchant, datetime.now(UTC), world.state(merchant))


if __name__ == "__main__":
    main()
