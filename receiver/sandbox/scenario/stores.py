"""The process that plays the merchants' stores: each sends its daily check, and now and then an order."""

from __future__ import annotations

import itertools
import os
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path

from receiver.sandbox.controls import Controls
from receiver.sandbox.paths import find_paths
from receiver.sandbox.scenario import timeline
from receiver.sandbox.scenario.merchant_spec import MerchantTrouble, SandboxMerchant
from receiver.sandbox.scenario.merchants import MERCHANTS
from receiver.sandbox.scenario.state import SandboxState, load_state
from receiver.sandbox.woocommerce.webhook_sender import SandboxWebhook, deliver, ping

SIGNAL, ORDER = "action.wc_ad_credit_signal", "order.updated"
PAUSE_SECONDS = 30.0
FIRST_WEBHOOK_ID = 11
WRONG_KEY = "a secret of another shop"


class Stores:
    """The stores as senders, each with its own secret and its own sequence numbers."""

    def __init__(self, web: str, state: SandboxState, state_file: Path) -> None:
        self._web, self._state, self._state_file = web, state, state_file

    def send_signal(self, merchant: SandboxMerchant, at: datetime, fields: Mapping[str, object]) -> int | str:
        """Send one signal, and return the status of its answer or the name of the error.

        A store's first signal is preceded by a ping. WooCommerce never sends a signal again, whatever the
        answer.
        """
        store = self._state.stores[merchant.key]
        if store.seq == 0:
            self._try_send(ping, self._webhook(merchant))
        store.seq += 1
        self._state.save(self._state_file)
        argument = {
            "v": 1,
            "install_id": store.install_id,
            "home_url": merchant.url,
            "seq": store.seq,
            "at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            **fields,
        }
        payload = {"action": "wc_ad_credit_signal", "arg": argument}
        return self._try_send(deliver, self._webhook(merchant), SIGNAL, payload)

    def send_order(self, merchant: SandboxMerchant) -> int | str:
        """Send an order webhook, which no store should have, and return the status or the name of the error.

        The service ignores it and drops its body.
        """
        number = random.randrange(1000, 9999)  # noqa: S311 (an order's number is no secret)
        payload = {"id": number, "status": "processing", "currency": merchant.currency, "total": "21.00"}
        return self._try_send(deliver, self._webhook(merchant), ORDER, payload)

    def _webhook(self, merchant: SandboxMerchant) -> SandboxWebhook:
        store = self._state.stores[merchant.key]
        number = FIRST_WEBHOOK_ID + MERCHANTS.index(merchant)
        secret = WRONG_KEY if merchant.trouble is MerchantTrouble.WRONG_SECRET else store.secret
        return SandboxWebhook(f"{self._web}/webhooks/woocommerce/{store.id}", secret, number, merchant.url)

    @staticmethod
    def _try_send(send: Callable[..., int], *arguments: object) -> int | str:
        """Return the status of the answer, or the name of the error that there was instead."""
        try:
            return send(*arguments)
        except (OSError, HTTPException) as error:
            return type(error).__name__


def main() -> None:
    """Send every store's daily check, then every 30 seconds a check or an order of the next store."""
    paths = find_paths(os.environ)
    state = load_state(paths.state)
    assert state is not None
    stores, now = Stores(paths.web, state, paths.state), Controls(paths.folder).clock
    # Those whose signals are never understood are left in peace: a day of them would bury everything else.
    active_merchants = [item for item in MERCHANTS if item.trouble in (None, MerchantTrouble.WRONG_SECRET)]
    for merchant in active_merchants:
        _check_in(stores, merchant, now())
    for turn, merchant in enumerate(itertools.cycle(active_merchants)):
        time.sleep(PAUSE_SECONDS)
        if turn % 3 == 2:
            _print_result(merchant, ORDER, stores.send_order(merchant))
        else:
            _check_in(stores, merchant, now())


def _check_in(stores: Stores, merchant: SandboxMerchant, now: datetime) -> None:
    _print_result(merchant, "state", stores.send_signal(merchant, now, timeline.state_report(merchant)))


def _print_result(merchant: SandboxMerchant, event: str, result: int | str) -> None:
    print(f"{merchant.key}: {event} -> {result}", flush=True)


if __name__ == "__main__":
    main()
