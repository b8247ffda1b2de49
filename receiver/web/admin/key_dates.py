"""The dates that matter of a store, in the order in which they come."""

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
    """Return the dates that are known; days are in the ad account's zone."""
    found = [*_beginning(decision), *_of_spend(document), *_of_credit(document)]
    return [key_date for key_date in found if key_date.value is not None]


def _beginning(decision: Decision) -> Iterator[KeyDate]:
    store, account = decision.store, decision.account
    yield KeyDate("Joined", store.joined_at)
    yield KeyDate("Integration set up", store.set_up_at)
    if account is not None:
        is_exact = account.linked_at_exact is True
        yield KeyDate("Ad account linked", account.linked_at, "" if is_exact else "or before")


def _of_spend(document: Mapping[str, Any]) -> Iterator[KeyDate]:
    window, above = document["window"], document["next_tier"]
    if window is not None:
        left = f"{window['days_left']} days left" if window["state"] == "open" else "over"
        yield KeyDate("Spend period began", window["first_date"])
        yield KeyDate("Spend period ends", window["last_date"], left)
        yield KeyDate("Bills count until", window["bills_until"])
    if above is not None:
        yield KeyDate("Last useful day", above["by"], "for the next tier")


def _of_credit(document: Mapping[str, Any]) -> Iterator[KeyDate]:
    award = document["award"]
    coming = next((tier["credit_by"] for tier in document["tiers"] if tier["credit_by"]), None)
    yield KeyDate("Credit by", coming, "if nothing more is reached")
    if award is not None:
        yield KeyDate("Award due by", award["due_by"], "overdue" if award["overdue"] else "")
        yield KeyDate("Credit arrived", award["credited_at"])
    yield KeyDate("Credit expires", document["programme"]["credit_expires"])
