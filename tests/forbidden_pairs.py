"""Forbidden pairs: what a status document must never say, given the facts it was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from receiver.domain.decision import Decision, Stage
from receiver.domain.facts import Facts, Payment
from receiver.domain.notices import NoticeKind, notices_of
from receiver.domain.rules import consent_loss
from receiver.domain.spend import SpendUnknown
from receiver.domain.troubles import OF_LOSS, READ_FOR_PROGRESS, TROUBLES
from receiver.i18n.sentences import HEADLINES, RULES

Document = Mapping[str, Any]
Pair = Callable[[Facts, Decision, Document], bool]

NOTHING_TO_EARN = frozenset(
    {Stage.INELIGIBLE, Stage.BLOCKED, Stage.ENDED, Stage.PROGRAMME_OVER, Stage.EXPIRED, Stage.CREDITED}
)
SPEND_MORE = {HEADLINES["awaiting_spend"].next_step, HEADLINES["accumulating"].next_step}
WITHDRAWN = RULES["account_linked.unknown.withdrawn"].text
# The fact without which a rule can answer neither yes nor no, by the rule.
NECESSARY_FACTS: Mapping[str, Callable[[Facts], Any]] = {
    "programme_open": lambda facts: facts.store.joined_at,
    "admission": lambda facts: facts.store.admitted,
    "first_set_up": lambda facts: facts.history.set_up_before,
    "store_market": lambda facts: facts.store.country,
    "account_market": lambda facts: facts.account and facts.account.country,
    "account_currency": lambda facts: facts.account and facts.account.currency and facts.account.country,
    "merchant_once": lambda facts: facts.history.merchant_awards,
    "account_linked": lambda facts: facts.account and facts.account.linked_at and facts.account.consent,
    "spend_reached": lambda facts: facts.account and facts.account.timezone,
}


def violations(facts: Facts, decision: Decision, document: Document) -> list[str]:
    """Return the names of the forbidden pairs that a document holds."""
    return [name for name, is_violated in PAIRS.items() if is_violated(facts, decision, document)]


def _unknown_decides(facts: Facts, _decision: Decision, document: Document) -> bool:
    outcomes = _outcomes(document)
    return any(
        outcomes[rule] in ("pass", "fail") and fact(facts) is None and rule not in facts.history.overrides
        for rule, fact in NECESSARY_FACTS.items()
    )


def _status_unknown_passes(facts: Facts, _decision: Decision, document: Document) -> bool:
    is_known = facts.account is not None and facts.account.status is not None
    overridden = "good_standing" in facts.history.overrides
    return not is_known and not overridden and _outcomes(document)["good_standing"] == "pass"


def _quiet_without_figures(facts: Facts, _decision: Decision, document: Document) -> bool:
    rule = next(rule for rule in document["rules"] if rule["id"] == "not_yet_advertising")
    is_new = rule["text"] == RULES["not_yet_advertising.pass.new"].text
    unread = facts.history.prior_spend is None and "not_yet_advertising" not in facts.history.overrides
    return unread and rule["outcome"] in ("pass", "fail") and not is_new


def _unknown_spend_is_an_amount(facts: Facts, decision: Decision, document: Document) -> bool:
    spend_block, spend = document["spend"], decision.spend
    if spend_block is None:
        return False
    is_unknown = spend is None or spend.unknown_because is not None
    amounts = (spend_block["qualifying"], document["tier"], document["next_tier"])
    dates = (tier["seen_on"] for tier in document["tiers"])
    return is_unknown and (spend_block["final"] or any(item is not None for item in (*amounts, *dates)))


def _unsplit_spend_is_zero(facts: Facts, decision: Decision, document: Document) -> bool:
    spend_block, spend = document["spend"], decision.spend
    return (
        spend is not None
        and spend_block is not None
        and spend.unknown_because is SpendUnknown.SPLIT
        and (spend_block["qualifying"] == "0.00" or document["headline"] == HEADLINES["awaiting_spend"].text)
    )


def _unread_date_is_zero(facts: Facts, decision: Decision, document: Document) -> bool:
    rows = {row.date.isoformat(): row for row in facts.spend}
    for day in (document["spend"] or {"days": []})["days"]:
        row = rows.get(day["date"])
        counts = (
            decision.window and decision.spend and decision.spend._counts(date.fromisoformat(day["date"]))
        )
        figure = row and (row.cash_spend if facts.account.payment is Payment.MANUAL else row.billed_cost)
        if counts and not day["final"] and figure is None and day["qualifying"] is not None:
            return True
        if not day["final"] and row is None and day["excluded"] is not None:
            return True
    return False


def _figures_without_consent(facts: Facts, _decision: Decision, document: Document) -> bool:
    was_consented = facts.account is not None and facts.account.was_consented
    return not was_consented and (document["account"], document["spend"]) != (None, None)


def _advice_that_earns_nothing(_facts: Facts, _decision: Decision, document: Document) -> bool:
    over = document["stage"] in NOTHING_TO_EARN or (document["award"] or {}).get("id") is not None
    steps = {document["next_step"], *(rule["next_step"] for rule in document["rules"])}
    return over and (document["next_tier"] is not None or bool(steps & SPEND_MORE))


def _past_date_is_a_promise(_facts: Facts, decision: Decision, document: Document) -> bool:
    award, today = document["award"], decision.today.isoformat()
    late = award is not None and award["state"] == "due" and (award["due_by"] or today) < today
    is_promised = document["headline"].endswith("due by") or (late and not award["overdue"])
    is_reported = {item["id"] for item in document["troubles"]} >= {"award_overdue"}
    dates = [tier.get("credit_by") for tier in document["tiers"]]
    dates.append((document["next_tier"] or {}).get("by"))
    is_open = award is None and document["stage"] not in NOTHING_TO_EARN
    stale_dates = is_open and any(item is not None and item < today for item in dates)
    return is_promised or (late and award["id"] is not None and not is_reported) or stale_dates


def _nothing_is_wrong_though_a_rule_fails(_facts: Facts, _decision: Decision, document: Document) -> bool:
    failed_rules = {rule for rule, outcome in _outcomes(document).items() if outcome == "fail"}
    says_offer_is_over = document["headline"] == HEADLINES["programme_over"].text
    return says_offer_is_over and bool(failed_rules - {"credit_in_time", "programme_open"})


def _loss_reaches_nobody(facts: Facts, decision: Decision, document: Document) -> bool:
    account = facts.account
    loss = consent_loss(account) if account is not None else None
    matters = decision.stage in READ_FOR_PROGRESS and loss not in (None, "returned")
    return matters and not document["troubles"]


def _withdrawn_for_another_cause(facts: Facts, _decision: Decision, document: Document) -> bool:
    account = facts.account
    texts = {rule["text"] for rule in document["rules"]}
    return WITHDRAWN in texts and not (account and consent_loss(account) == "withdrawn")


def _warning_in_no_list(_facts: Facts, _decision: Decision, document: Document) -> bool:
    troubles = {item["id"]: item for item in document["troubles"]}
    warning_ids = {item["id"] for item in document["warnings"]}
    parties_match = all(item["who"] == TROUBLES.get(id) for id, item in troubles.items())
    return not (warning_ids <= set(troubles) <= set(TROUBLES) and parties_match)


def _outcomes(document: Document) -> dict[str, str]:
    return {rule["id"]: rule["outcome"] for rule in document["rules"]}


def _after_the_credits_end_is_a_promise(_facts: Facts, decision: Decision, document: Document) -> bool:
    expires = decision.programme.credit_expires.isoformat()
    dates = [tier["credit_by"] for tier in document["tiers"]]
    dates += [(document[name] or {}).get(key) for name, key in (("next_tier", "by"), ("pace", "on"))]
    dates.append((document["window"] or {}).get("bills_until"))
    return any(day is not None and day > expires for day in dates)


def _tier_that_pays_nothing_has_a_date(_facts: Facts, _decision: Decision, document: Document) -> bool:
    """Return whether a date is promised for more than one tier, or where no credit can come."""
    dated_tiers = [tier for tier in document["tiers"] if tier["credit_by"] is not None]
    is_over = document["stage"] in NOTHING_TO_EARN or (document["award"] or {}).get("id") is not None
    return (
        len(dated_tiers) > 1
        or (is_over and bool(dated_tiers))
        or any(tier["seen_on"] is None for tier in dated_tiers)
    )


def _pace_without_a_future(_facts: Facts, decision: Decision, document: Document) -> bool:
    pace, today = document["pace"], decision.today.isoformat()
    if pace is None:
        return False
    is_over = document["stage"] in NOTHING_TO_EARN or document["award"] is not None
    return is_over or (pace["tier"] is None) != (pace["on"] is None) or (pace["on"] or today) < today


def _notice_of_a_past_date(_facts: Facts, decision: Decision, document: Document) -> bool:
    """Return whether a notice looks back, or urges to spend what earns nothing."""
    notices = notices_of(decision, dict.fromkeys(OF_LOSS.values(), decision.as_of))
    is_past = any(item.until is not None and item.until < decision.award_today for item in notices)
    urging_kinds = {item.kind for item in notices} & {
        NoticeKind.NEAR_TIER,
        NoticeKind.WINDOW_ENDS,
        NoticeKind.BILL_DEADLINE,
    }
    return is_past or (bool(urging_kinds) and document["next_tier"] is None)


def _remaining_of_a_credit_not_there(_facts: Facts, _decision: Decision, document: Document) -> bool:
    award = document["award"]
    return (
        award is not None and award["remaining"] is not None and award["state"] not in ("credited", "expired")
    )


PAIRS: Mapping[str, Pair] = {
    "unknown fact -> pass or fail": _unknown_decides,
    "unknown status -> good standing": _status_unknown_passes,
    "earlier spend not read -> quiet": _quiet_without_figures,
    "unknown spend -> an amount, a tier or final": _unknown_spend_is_an_amount,
    "spend not split yet -> none counts": _unsplit_spend_is_zero,
    "a date not read -> zero": _unread_date_is_zero,
    "no consent -> figures": _figures_without_consent,
    "nothing to earn -> next tier or spend more": _advice_that_earns_nothing,
    "past date -> promise": _past_date_is_a_promise,
    "another rule fails -> nothing is wrong": _nothing_is_wrong_though_a_rule_fails,
    "access lost -> nobody is told": _loss_reaches_nobody,
    "another cause -> withdrawn": _withdrawn_for_another_cause,
    "warning -> not among the troubles": _warning_in_no_list,
    "the credit's end -> a promise after it": _after_the_credits_end_is_a_promise,
    "a tier that is not credited -> its date": _tier_that_pays_nothing_has_a_date,
    "nothing more to reach -> a pace": _pace_without_a_future,
    "past date or nothing to earn -> a notice": _notice_of_a_past_date,
    "credit not there -> what is left of it": _remaining_of_a_credit_not_there,
}
