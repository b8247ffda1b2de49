"""Serves the merchants' shops on the third port: places to connect, whose webhooks are really sent."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from threading import Thread

from werkzeug.serving import make_server

from receiver.sandbox.controls import Controls
from receiver.sandbox.paths import SandboxPaths, find_paths
from receiver.sandbox.scenario import timeline
from receiver.sandbox.scenario.merchant_spec import MerchantTrouble, SandboxMerchant
from receiver.sandbox.scenario.merchants import MERCHANTS
from receiver.sandbox.serving import Quiet
from receiver.sandbox.woocommerce.deliveries import run_queue
from receiver.sandbox.woocommerce.server import create_shops
from receiver.sandbox.woocommerce.shop import SIGNAL, SandboxShop, Setup
from receiver.sandbox.woocommerce.shops import SandboxShops

QUEUE_SECONDS = 1.0
CHECKS_EVERY = 120  # turns of the queue between two daily checks: a day here is short
STATES = {"US": "US:CA"}


def setup_of(merchant: SandboxMerchant, service: str) -> Setup:
    """The shop a merchant has; it lets an app's callback go without https, since nothing here has it."""
    return Setup(
        name=merchant.name,
        country=STATES.get(merchant.country, merchant.country),
        currency=merchant.currency,
        store_id=str(uuid.uuid5(uuid.NAMESPACE_URL, merchant.url)),
        other_routes=400,
        outdated=merchant.trouble is MerchantTrouble.OLD_PLUGIN,
        state=timeline.state(merchant),
        http_callbacks=True,
        service=service,
    )


def open_shops(place: SandboxPaths) -> SandboxShops:
    controls = Controls(place.folder)
    shops = SandboxShops(place.folder / "shops", controls.shop_faults, controls.clock, place.shops)
    for merchant in MERCHANTS:
        shops.open(merchant.key, setup_of(merchant, place.web))
    return shops


def work(shops: SandboxShops) -> Iterator[None]:
    """One turn each: send what waits; now and then every connected shop has its daily check."""
    while True:
        for turn in range(CHECKS_EVERY):
            for shop in shops.all():
                if turn == 0 and _is_connected(shop):
                    shop.signal("state")
                run_queue(shop)
            yield


def _is_connected(shop: SandboxShop) -> bool:
    return any(webhook.topic == f"action.{SIGNAL}" for webhook in shop.records.hooks)


def _work_on(shops: SandboxShops) -> None:
    for _ in work(shops):
        time.sleep(QUEUE_SECONDS)


def main() -> None:
    place = find_paths(os.environ)
    shops = open_shops(place)
    Thread(target=_work_on, args=(shops,), daemon=True).start()
    app = create_shops(shops)
    make_server("127.0.0.1", place.shops_port, app, threaded=True, request_handler=Quiet).serve_forever()


if __name__ == "__main__":
    main()
