"""The context of services: settings, database, cipher, clock, the clients, and the budget of their calls.

A service takes the whole context, so that no caller passes the parts one by one. It asks the clock once, at
its beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from receiver.integrations.tiktok.client import TikTokClient
from receiver.integrations.woocommerce.shops import RestShops
from receiver.settings import Settings
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database
from receiver.storage.rate_limiter import SharedBudget

Context = TypeVar("Context", bound="ServiceContext")


@dataclass(frozen=True)
class ServiceContext:
    """The parts of one process; `replace` makes a copy with another client, database or clock."""

    settings: Settings
    database: Database
    cipher: Cipher
    tiktok: TikTokClient
    budget: SharedBudget  # of calls to TikTok
    shops: RestShops
    now: Callable[[], datetime]

    def at(self: Context, moment: datetime) -> Context:
        """Return the same with a clock that stands at this moment."""
        return replace(self, now=lambda: moment)

    @contextmanager
    def rolled_back(self: Context) -> Iterator[Context]:
        """Yield the same for a dry run: what services write is rolled back at the end."""
        with self.database.rolled_back() as database:
            yield replace(self, database=database)

    def urgently(self: Context) -> Context:
        """Return a copy for urgent work, whose calls to TikTok may use the budget reserved for it."""
        return replace(self, tiktok=self.tiktok.urgently())

    def for_request(self: Context) -> Context:
        """Return a copy for a web request, whose thread waits: urgent, with one deadline for all calls."""
        return replace(self, tiktok=self.tiktok.for_request())

    def for_seconds(self: Context, seconds: float) -> Context:
        """Return a copy with one deadline, `seconds` from now, for all calls to stores."""
        return replace(self, shops=self.shops.for_seconds(seconds))
