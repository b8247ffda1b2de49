"""Reads accounts from TikTok and decides the stores whose figures that may have changed."""

from __future__ import annotations

from datetime import datetime

from receiver.services.decisions.decide import decide_each
from receiver.services.polling.poll import AdsApi, Polled, poll_account, poll_due
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database


def poll_account_and_decide(
    database: Database, cipher: Cipher, tiktok: AdsApi, now: datetime, advertiser_id: str
) -> Polled:
    """Poll one account now, whatever its schedule, and decide its stores.

    Raises NotFound for an unknown account, Refused without a usable consent.
    """
    polled = poll_account(database, cipher, tiktok, now, advertiser_id)
    decide_each(database, now, polled.stores)
    return polled


def poll_due_and_decide(
    database: Database, cipher: Cipher, tiktok: AdsApi, now: datetime, *, limit: int
) -> list[Polled]:
    """Poll at most `limit` accounts whose time has come, and decide their stores."""
    polled = poll_due(database, cipher, tiktok, now, limit)
    decide_each(database, now, (store_id for one in polled for store_id in one.stores))
    return polled
