"""A store that was connected, through a world of stores without a network."""

from __future__ import annotations

from dataclasses import replace

import pytest

from receiver.services.connections.advance import advance_attempt, due_attempts
from receiver.services.connections.connect import (
    begin,
    begin_by_hand,
    get_status,
    handle_return,
    key_page,
    receive_keys,
    try_again,
)
from receiver.services.connections.probes import Probes
from tests.fake_stores import KEYS, URL, FakeShops

PUBLIC_URL = "https://credit.example"
BROWSER = "b" * 43


class Visit:
    """A merchant's visit to the service; each step is one that a page or a shop causes."""

    def __init__(self, container, shops):
        self.container, self.shops, self.probes = container, shops, Probes()

    def begin(self, shop=URL, browser=BROWSER, return_url=None):
        """Begin at a shop; return the user id the shop is given, None where the worker found no shop."""
        begin(self.container, shop=shop, browser=browser, return_url=return_url)
        self.work()
        self.address = key_page(self.container, browser)
        query = self.address.split("?", 1)[1] if self.address else ""
        return dict(part.split("=", 1) for part in query.split("&") if part).get("user_id")

    def work(self):
        """Run the worker's next step of each attempt that is due."""
        for attempt_id, _ in due_attempts(self.container, 100):
            advance_attempt(replace(self.container, shops=self.shops), attempt_id, probes=self.probes)

    def post_keys(self, user_id, keys=KEYS, **changes):
        posted = {
            "key_id": 4,
            "user_id": user_id,
            "consumer_key": keys.consumer_key,
            "consumer_secret": keys.consumer_secret,
            "key_permissions": "read_write",
            **changes,
        }
        receive_keys(self.container, posted)

    def back(self, user_id, browser=BROWSER, approved=True):
        return handle_return(self.container, user_id=user_id, approved=approved, browser=browser)

    def again(self, browser=BROWSER):
        """Ask for another try, as the merchant does."""
        try_again(self.container.database, browser)
        return self.finish(browser)

    def finish(self, browser=BROWSER):
        self.work()
        return get_status(self.container, browser)

    def connect_by_hand(self, shop=URL, keys=KEYS):
        begin_by_hand(self.container, shop=shop, keys=keys, browser=BROWSER, return_url=None)
        self.work()
        self.container.now.move(seconds=5)
        return self.finish()

    def connect(self, shop=URL, keys=KEYS):
        """Connect a shop, from the beginning to the end."""
        user_id = self.begin(shop)
        self.post_keys(user_id, keys)
        self.back(user_id)
        self.container.now.move(seconds=5)
        return self.finish()


@pytest.fixture
def shops():
    return FakeShops()


@pytest.fixture
def fake(shops):
    return shops.by_url[URL]


@pytest.fixture
def visit(container, shops):
    return Visit(container, shops)
