"""A store that signs whatever it sends to the inbox, and a worker that processes all of it."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from receiver.container import Container
from receiver.domain import limits
from receiver.integrations.providers import PROVIDERS
from receiver.services.deliveries.process import process_next
from receiver.services.inbox.receive import WebhookReceiver, WebhookRequest, WebhookResponse
from receiver.storage import store_days
from receiver.storage.tables import Delivery, StoreDay
from tests.raw_http import signed_headers
from tests.signals import SECRET, add_shop, body_of, signal


class SigningStore:
    """A store that signs whatever it sends, each time under a new delivery id."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.store_id = add_shop(container).id
        self.receiver = WebhookReceiver(container)
        self.sent = 0

    def send(self, body: bytes, **changes: str | None) -> WebhookResponse:
        self.sent += 1
        headers = {"x_wc_webhook_delivery_id": f"d{self.sent}", **changes}
        signed = dict(signed_headers(body, SECRET, **headers))
        call = WebhookRequest(PROVIDERS["woocommerce"], "POST", signed, lambda _: body, self.store_id)
        return self.receiver.answer(call)

    def rows(self) -> list[Delivery]:
        with self.container.database.reading() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.id)))

    def kept_bytes(self) -> int:
        return sum(len(row.body or b"") + len(json.dumps(row.headers)) for row in self.rows())

    def day(self) -> StoreDay:
        """Return the stored counts of today, after those of the last seconds were written."""
        self.container.now.move(seconds=6)  # type: ignore[attr-defined]
        self.send(body_of(signal(10**6 + self.sent)))
        with self.container.database.reading() as session:
            day = store_days.day_of_store(session, self.store_id, limits.day_of(self.container.now()))
            assert day is not None
            return day


def work_off(container: Container) -> list[Any]:
    outcomes: list[Any] = []
    while batch := process_next(container, limit=100):
        outcomes += batch
    return outcomes
