"""The changes between two status documents in a merchant's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale

from receiver.i18n.languages import ENGLISH
from receiver.i18n.notices import history_words
from receiver.i18n.sentences import RULE_NAMES

CONSENT_RULE = "account_linked"
MerchantChange = dict[str, str]


def changes_for_merchant(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], locale: Locale = ENGLISH
) -> list[MerchantChange]:
    """Return each change as `kind` and `text`; of the first document (`before` None) its stage alone."""
    return [
        {"kind": kind, "text": history_words(message_id, params, locale)}
        for kind, message_id, params in _changes(before, after)
    ]


def _changes(
    before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    if before is None or before["stage"] != after["stage"]:
        yield "stage", f"stage.{after['stage']}", {}
    if before is None:
        return
    yield from _window_changes(before["window"], after["window"])
    yield from _tier_changes(before, after)
    yield from _rule_changes(_outcomes(before), _outcomes(after))


def _window_changes(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    if after is not None and (before is None or before["first_date"] != after["first_date"]):
        dates = {name: date.fromisoformat(after[name]) for name in ("first_date", "last_date")}
        yield "window", "window.began", dates


def _tier_changes(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    was, now = before["tier"], after["tier"]
    if was == now:
        return
    if now is not None and (was is None or Decimal(now["threshold"]) > Decimal(was["threshold"])):
        yield "tier", "tier.reached", _money(after, now)
    elif was is not None and _has_known_tier(after):
        yield "tier", "tier.lost", _money(after, was)


def _rule_changes(
    before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield changed rules; a consent given or withdrawn alone, since the other changes follow from it."""
    consent = after.get(CONSENT_RULE)
    if consent != before.get(CONSENT_RULE) and consent in ("pass", "unknown"):
        yield "consent", f"consent.{consent}", {}
        return
    for rule, outcome in after.items():
        if before.get(rule) != outcome and rule in RULE_NAMES:
            yield "rule", f"rule.{outcome}", {"rule": rule}


def _has_known_tier(document: Mapping[str, Any]) -> bool:
    """Return whether the tier can be told from the spend; one that cannot be told is not lost."""
    return document["spend"] is not None and document["spend"]["qualifying"] is not None


def _money(document: Mapping[str, Any], tier: Mapping[str, str]) -> Mapping[str, Any]:
    currency = document["spend"] and document["spend"]["currency"]
    return {"currency": currency, **{name: Decimal(amount) for name, amount in tier.items()}}


def _outcomes(document: Mapping[str, Any]) -> dict[str, str]:
    return {rule["id"]: rule["outcome"] for rule in document["rules"]}
