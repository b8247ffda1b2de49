"""The headline of a status document: where the store stands in a sentence, and what to do now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babel import Locale

from receiver.domain.advice import WarningId
from receiver.domain.awards import is_overdue
from receiver.domain.decision import Decision, Stage
from receiver.domain.facts import Outcome, RecordedAward
from receiver.domain.rules import consent_loss
from receiver.domain.troubles import OF_LOSS
from receiver.i18n.sentences import Sentence
from receiver.i18n.words import headline_words, trouble_words

# The outcomes that a stage's deciding rule may have; the first that some rule has is taken.
DECIDED_BY: Mapping[Stage, tuple[Outcome, ...]] = {
    Stage.INELIGIBLE: (Outcome.FAIL,),
    Stage.PROGRAMME_OVER: (Outcome.FAIL,),
    Stage.ENDED: (Outcome.FAIL,),
    Stage.HELD: (Outcome.UNKNOWN, Outcome.PENDING),
}
# Stages whose headline speaks of the spend as readable.
OF_SPEND = frozenset({Stage.AWAITING_SPEND, Stage.ACCUMULATING, Stage.SETTLING})
# Rules about the offer, not about the store: where another rule fails too, that one is told.
OF_THE_OFFER = frozenset({"programme_open", "credit_in_time"})


def headline(decision: Decision, rules: Sequence[Mapping[str, Any]], locale: Locale) -> Sentence:
    """Return the headline and its next step; `rules` are those of the document, in the reader's language."""
    if _is_unread(decision):
        return _lost_access_words(decision, rules, locale)
    deciding = _deciding_rule(decision, rules)
    params = {**_params(decision), "because": deciding["text"] if deciding else None}
    words = headline_words(decision.stage, params, locale)
    if words.next_step is None and deciding is not None:
        return Sentence(words.text, deciding["next_step"])
    return words


def _is_unread(decision: Decision) -> bool:
    """Return whether access to the ad account is lost at a stage whose headline would speak of its spend."""
    is_for_nothing = decision.is_too_late and decision.window is None
    is_lost = decision.account is not None and decision.outcome("account_linked") is Outcome.UNKNOWN
    return decision.stage in OF_SPEND and is_lost and not is_for_nothing


def _lost_access_words(decision: Decision, rules: Sequence[Mapping[str, Any]], locale: Locale) -> Sentence:
    """Return the words of the trouble that lost access is, so that headline and trouble read alike.

    Falls back to the words of the rule `account_linked`.
    """
    loss = consent_loss(decision.account) if decision.account else None
    if loss is not None and loss in OF_LOSS:
        return trouble_words(OF_LOSS[loss], {}, locale)
    linked = next(rule for rule in rules if rule["id"] == "account_linked")
    return Sentence(linked["text"], linked["next_step"])


def _deciding_rule(decision: Decision, rules: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    is_over = decision.stage is Stage.PROGRAMME_OVER
    concerned = [rule for rule in rules if not (is_over and rule["id"] in OF_THE_OFFER)]
    for outcome in DECIDED_BY.get(decision.stage, ()):
        deciding = next((rule for rule in concerned if rule["outcome"] == outcome), None)
        if deciding is not None:
            return deciding
    return None


def _params(decision: Decision) -> dict[str, Any]:
    award, account = decision.award, decision.account
    return {
        **decision.params,
        **_tier_params(decision),
        **_bill_params(decision),
        **(_award_params(decision, award) if isinstance(award, RecordedAward) else {}),
        "days": decision.programme.window_days,
        "window_is_open": decision.window is not None and not decision.window.is_over(decision.today),
        "has_account": account is not None,
        "claimed_account": decision.claimed_account,
        "is_too_late": decision.is_too_late,
    }


def _award_params(decision: Decision, award: RecordedAward) -> dict[str, Any]:
    names = ("credit", "currency", "due_by", "delivery", "reference", "block_cause")
    is_due = decision.stage is Stage.DUE
    return {
        **{name: getattr(award, name) for name in names},
        "is_overdue": is_due and is_overdue(award.state, award.due_by, decision.award_today),
        "has_expired": is_due and decision.award_today > decision.programme.credit_expires,
    }


def _tier_params(decision: Decision) -> dict[str, Any]:
    """Return the tier whose credit comes if nothing more is reached, and until when more would count."""
    earned = next((tier for tier in decision.tiers if tier.credit_by is not None), None)
    account, above = decision.account, decision.next_tier
    if earned is None or account is None:
        return {}
    return {
        "reached": earned.tier.credit,
        "credit_by": earned.credit_by,
        "currency": account.currency,
        "by": above and above.by,
    }


def _bill_params(decision: Decision) -> Mapping[str, Any]:
    return next((item.params for item in decision.warnings if item.id is WarningId.BILL_DEADLINE), {})
