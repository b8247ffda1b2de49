"""Differences of two documents, named by paths a person can read: `spend.2025-11-05.cash_spend`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from receiver.documents.status import status_document
from receiver.domain.decision import Decision

Changes = list[dict[str, Any]]

ROW_KEYS = ("id", "date")  # of which one names a row of a list
MOMENTS = ("as_of", "read_at")  # of a facts document: when it was written and read, and no fact of the store


def changes_of_facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """Compare two facts documents, without the moments at which they were written and read."""
    return _changes(_omit(before, *MOMENTS), _omit(after, *MOMENTS))


def changes_of_answer(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """Compare two status documents: stage, verdict, rules, window, tier, award, warnings."""
    return _changes(_answer(before), _answer(after))


def changes_of_decision(before: Decision, after: Decision) -> Changes:
    """Compare the status documents of two decisions."""
    return changes_of_answer(status_document(before), status_document(after))


def changes_of_terms(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """Compare the data of two programmes: a market is named by its country, a tier by its number."""
    return _changes(_terms(before), _terms(after))


def _terms(programme: Mapping[str, Any]) -> dict[str, Any]:
    markets = {
        market["country"]: {
            "currency": market["currency"],
            **{
                f"tier {number}": f"{tier['threshold']} → {tier['credit']}"
                for number, tier in enumerate(market["tiers"], 1)
            },
        }
        for market in programme["markets"]
    }
    return {**programme, "markets": markets}


def outcome_of(decision: Decision) -> dict[str, Any]:
    """Return a decision's outcome without what changes by itself."""
    return _answer(status_document(decision))


def _answer(status: Mapping[str, Any]) -> dict[str, Any]:
    window = status["window"] and _omit(status["window"], "days_left", "bills_until")
    return {
        "stage": status["stage"],
        "verdict": status["verdict"],
        "rules": {rule["id"]: rule["outcome"] for rule in status["rules"]},
        "warnings": {warning["id"]: "shown" for warning in status["warnings"]},
        "window": window or {},
        "tier": (status["tier"] or {}).get("threshold"),
        "award": status["award"]
        and _omit(status["award"], "decided_at", "id", "overdue", "used", "remaining"),
    }


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return [
        {"what": path, "before": old.get(path), "after": new.get(path)}
        for path in {**old, **new}
        if old.get(path) != new.get(path)
    ]


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        value = dict(_keyed_row(row, place) for place, row in enumerate(value))
    if not isinstance(value, Mapping):
        yield path, value
        return
    for name, part in value.items():
        yield from _leaves(part, f"{path}.{name}" if path else name)


def _keyed_row(row: Any, place: int) -> tuple[str, Any]:
    """Return a row's key and the row without it; its place in the list where it has no key."""
    key = next((key for key in ROW_KEYS if key in row), None) if isinstance(row, Mapping) else None
    return (str(row[key]), _omit(row, key)) if key else (str(place), row)


def _omit(document: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}
