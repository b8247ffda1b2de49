"""Each merchant's history as events, and the daily report of its store.

Every day is counted from the day the world began, so that a world that goes on stays true to itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from receiver.sandbox.scenario.merchant_spec import (
    Act,
    MerchantAdAccount,
    MerchantTrouble,
    SandboxMerchant,
)


@dataclass(frozen=True)
class Event:
    """An event of a merchant's history: `fields` of a signal, or `words` that staff wrote."""

    at: datetime
    act: Act
    fields: Mapping[str, object] = field(default_factory=dict)
    words: str = ""


def utc_hour(born: date, day: int, hour: int) -> datetime:
    """Return an hour in UTC of a day that is counted from the day the world began."""
    return datetime.combine(born + timedelta(days=day), time(hour), UTC)


def joined_at(merchant: SandboxMerchant, born: date) -> datetime:
    """Return when a merchant joined: a day before it started, so that a later account counts as new."""
    return utc_hour(born, merchant.started - 1, 8)


def list_events(merchant: SandboxMerchant, born: date) -> list[Event]:
    """Return a merchant's events since it joined, oldest first. They never change, they only grow."""
    signals = [
        Event(utc_hour(born, merchant.started, hour), Act.SIGNALS, fields)
        for hour, fields in zip((8, 9, 10), _past_signals(merchant), strict=False)
    ]
    consents = [Event(utc_hour(born, merchant.started, 11), Act.CONSENTS)] if merchant.account else []
    steps = [Event(utc_hour(born, step.day, 13), step.act, words=step.words) for step in merchant.steps]
    return signals + consents + steps


def state_report(merchant: SandboxMerchant) -> dict[str, object]:
    """Return the fields of the plugin's daily check, which reports everything at once."""
    account = merchant.account
    return {
        "event": "state",
        "plugin": "1.0.0",
        "integration": {"installed": True, "set_up": merchant.set_up, "copies": 1},
        "account": account and _account_fields(account, merchant.exact),
        "store_name": merchant.name,
        **_trouble_fields(merchant),
    }


def _past_signals(merchant: SandboxMerchant) -> Iterator[dict[str, object]]:
    """Yield what the store's plugin signalled, as far as the store came."""
    trouble = _trouble_fields(merchant)
    yield {"event": "integration_installed", **trouble}
    if merchant.set_up:
        yield {"event": "integration_set_up", **trouble}
    if merchant.account:
        yield {"event": "account_linked", **_account_fields(merchant.account, merchant.exact), **trouble}


def _trouble_fields(merchant: SandboxMerchant) -> dict[str, object]:
    """Return the fields of a signal that a store in trouble gets wrong."""
    if merchant.trouble is MerchantTrouble.STAGING_COPY:
        return {"home_url": f"https://staging.{merchant.key}.example/"}
    return {"v": 0} if merchant.trouble is MerchantTrouble.OLD_PLUGIN else {}


def _account_fields(account: MerchantAdAccount, exact: bool) -> dict[str, object]:
    return {
        "advertiser_id": account.advertiser_id,
        "business_center": account.business_center,
        "external_business_id": f"tt4b_woocommerce_{account.number:03}0123456789",
        "exact": exact,
    }
