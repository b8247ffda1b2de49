"""The server of the merchants' shops, on the third port: shops to connect, whose webhooks are really sent."""

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
from receiver.sandbox.serving import QuietHandler
from receiver.sandbox.woocommerce.deliveries import run_queue
from receiver.sandbox.woocommerce.server import create_shops
from receiver.sandbox.woocommerce.shop import SIGNAL, SandboxShop, Setup
from receiver.sandbox.woocommerce.shops import SandboxShops

QUEUE_SECONDS = 1.0
CHECKS_EVERY = 120  # turns of the queue between two daily checks: a day here is short
STATES = {"US": "US:CA"}


def build_setup(merchant: SandboxMerchant, service: str) -> Setup:
    """Return the set-up of a merchant's shop. `service` is the address of the receiver.

    It accepts an app's callback without https, since nothing in the sandbox has it.
    """
    return Setup(
        name=merchant.name,
        country=STATES.get(merchant.country, merchant.country),
        currency=merchant.currency,
        store_id=str(uuid.uuid5(uuid.NAMESPACE_URL, merchant.url)),
        other_routes=400,
        outdated=merchant.trouble is MerchantTrouble.OLD_PLUGIN,
        state=timeline.state_report(merchant),
        http_callbacks=True,
        service=service,
    )


def open_shops(paths: SandboxPaths) -> SandboxShops:
    """Open the shop of every merchant, in the merchants' order."""
    controls = Controls(paths.folder)
    shops = SandboxShops(paths.folder / "shops", controls.shop_faults, controls.clock, paths.shops)
    for merchant in MERCHANTS:
        shops.open(merchant.key, build_setup(merchant, paths.web))
    return shops


def run_turns(shops: SandboxShops) -> Iterator[None]:
    """Run the queues of all shops in turns, and yield after each turn.

    In the first turn, and again after every `CHECKS_EVERY` turns, connected shops have their daily check.
    """
    while True:
        for turn in range(CHECKS_EVERY):
            for shop in shops.all():
                if turn == 0 and _is_connected(shop):
                    shop.signal("state")
                run_queue(shop)
            yield


def _is_connected(shop: SandboxShop) -> bool:
    return any(webhook.topic == f"action.{SIGNAL}" for webhook in shop.records.hooks)


def _run_forever(shops: SandboxShops) -> None:
    for _ in run_turns(shops):
        time.sleep(QUEUE_SECONDS)


def main() -> None:
    """Serve the shops and send their webhooks until the process is stopped."""
    paths = find_paths(os.environ)
    shops = open_shops(paths)
    Thread(target=_run_forever, args=(shops,), daemon=True).start()
    app = create_shops(shops)
    make_server(
        "127.0.0.1", paths.shops_port, app, threaded=True, request_handler=QuietHandler
    ).serve_forever()


if __name__ == "__main__":
    main()
