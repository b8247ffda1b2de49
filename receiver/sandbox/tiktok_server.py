"""Serves the stand-in for TikTok on the port beside the receiver's, over the world's own accounts."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

from werkzeug.serving import make_server

from receiver.sandbox import world
from receiver.sandbox.accounts import Account, Day
from receiver.sandbox.memory import recall
from receiver.sandbox.place import find_place
from receiver.sandbox.tiktok import create_tiktok


def accounts(born: date) -> dict[str, Account]:
    """The world's ad accounts by advertiser id."""
    return {merchant.advertiser_id: _account(merchant, born) for merchant in world.MERCHANTS}


def _account(merchant: world.Merchant, born: date) -> Account:
    days = range(merchant.spending[0].first, world.LAST_DAY + 1)
    return Account(
        advertiser_id=merchant.advertiser_id,
        name=merchant.name,
        token=merchant.token,
        country=merchant.country,
        currency=merchant.currency,
        timezone=merchant.timezone,
        display_timezone=merchant.timezone,
        created_at=world.moment(born, merchant.account_created, 9),
        business_center=merchant.business_center,
        days={born + timedelta(days=day): Day(cash=merchant.spent_on(day)) for day in days},
    )


def main() -> None:
    place = find_place(os.environ)
    memory = recall(place.state)
    assert memory is not None
    app = create_tiktok(accounts(memory.born), lambda: datetime.now(UTC))
    make_server("127.0.0.1", place.tiktok_port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
