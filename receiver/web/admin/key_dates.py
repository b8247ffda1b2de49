"""The key dates of a store, in the order in which they come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from receiver.domain.decision import Decision


@dataclass(frozen=True)
class KeyDate:
    """A date of a status document, or a moment of a decision."""

    label: str
    value: Any
    note: str = ""


def key_dates(decision: Decision, document: Mapping[str, Any]) -> list[KeyDate]:
    """Return the dates that are known, in their order on the page; days are in the ad account's zone."""
    dates = [*_join_dates(decision), *_spend_dates(document), *_credit_dates(document)]
    return [key_date for key_date in dates if key_date.value is not None]


def _join_dates(decision: Decision) -> Iterator[KeyDate]:
    store, account = decision.store, decision.account
    yield KeyDate("Joined", store.joined_at)
    yield KeyDate("Integration set up", store.set_up_at)
    if account is not None:
        is_exact = account.linked_at_exact is True
        yield KeyDate("Ad account linked", account.linked_at, "" if is_exact else "or before")


def _spend_dates(document: Mapping[str, Any]) -> Iterator[KeyDate]:
    window, next_tier = document["window"], document["next_tier"]
    if window is not None:
        note = f"{window['days_left']} days left" if window["state"] == "open" else "over"
        yield KeyDate("Spend period began", window["first_date"])
        yield KeyDate("Spend period ends", window["last_date"], note)
        yield KeyDate("Bills count until", window["bills_until"])
    if next_tier is not None:
        yield KeyDate("Last useful day", next_tier["by"], "for the next tier")


def _credit_dates(document: Mapping[str, Any]) -> Iterator[KeyDate]:
    award = document["award"]
    credit_by = next((tier["credit_by"] for tier in document["tiers"] if tier["credit_by"]), None)
    yield KeyDate("Credit by", credit_by, "if nothing more is reached")
    if award is not None:
        yield KeyDate("Award due by", award["due_by"], "overdue" if award["overdue"] else "")
        yield KeyDate("Credit arrived", award["credited_at"])
    yield KeyDate("Credit expires", document["programme"]["credit_expires"])
