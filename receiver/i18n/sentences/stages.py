"""The headline of each stage, and the texts that replace a next step."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.i18n.sentences import next_steps
from receiver.i18n.sentences.sentence import Sentence

# The next step of rules that wait for a link, and the rule whose step replaces it where only consent is missing.
LINK, CONNECT_TIKTOK = next_steps.LINK, "account_linked.pending.claimed"

# Next steps that are of no use while we cannot read the ad account.
UNSEEN = frozenset({next_steps.WAIT, next_steps.RUN, next_steps.LAUNCH})

# By stage, and after the dot by its variant (words.py, `_headline_variant`). `because` is the sentence of the
# deciding rule; where a headline has no next step, that rule's next step is shown.
HEADLINES: Mapping[str, Sentence] = {
    "too_late": Sentence(next_steps.TOO_LATE, "Nothing for you to do: check back for the next offer."),
    "not_admitted": Sentence(
        "Your store is waiting for a place in the offer. If your ad account spends already, its {days} days may "
        "be running.",
        next_steps.PLACE,
    ),
    "not_admitted.connected": Sentence(
        "Your store is waiting for a place in the offer; its {days} days begin with the first spend.",
        "Wait with your campaign: you will see here when a place is free.",
    ),
    "not_admitted.running": Sentence(
        "Your store is waiting for a place in the offer, while its {days} days are running: they end on "
        "{last_date}.",
        next_steps.NOT_CERTAIN,
    ),
    "not_admitted.over": Sentence(
        "Your store is waiting for a place in the offer; its {days} days ended on {last_date}.",
        "Nothing for you to do: what you spent counts if a place becomes free in time.",
    ),
    "awaiting_setup": Sentence("Set up the official TikTok integration to begin.", next_steps.SET_UP),
    "awaiting_setup.lost": Sentence(
        "We do not know whether the TikTok integration is set up: messages of your store cannot be used.",
        next_steps.CHECK_MESSAGES,
    ),
    "awaiting_setup.outdated": Sentence(
        "We do not know whether the TikTok integration is set up: your store runs an old version of our plugin.",
        next_steps.UPDATE,
    ),
    "awaiting_setup.held": Sentence(
        "We do not know whether the TikTok integration is set up: your store's messages come from another "
        "address.",
        next_steps.MOVED,
    ),
    "awaiting_link.outdated": Sentence(
        "We do not know which ad account is linked: your store runs an old version of our plugin.",
        next_steps.UPDATE,
    ),
    "awaiting_link.held": Sentence(
        "We do not know which ad account is linked: your store's messages come from another address.",
        next_steps.MOVED,
    ),
    "awaiting_link.lost": Sentence(
        "We do not know which ad account is linked: messages of your store cannot be used.",
        next_steps.CHECK_MESSAGES,
    ),
    "awaiting_link": Sentence("Link your TikTok ad account to go on.", next_steps.LINK),
    "awaiting_link.claimed": Sentence(
        "Connect TikTok to go on: we may not read your ad account yet.",
        "Connect TikTok now. What your ad account spends in the meantime may count already.",
    ),
    "awaiting_spend.zone": Sentence(
        "Your TikTok ad account is linked; what counts is not known yet, because its time zone is not.",
        next_steps.WAIT,
    ),
    "awaiting_spend.registration": Sentence(
        "Your TikTok ad account is linked; when your spend period begins is not known yet.", next_steps.WAIT
    ),
    "awaiting_spend.split": Sentence(
        "Your TikTok ad account spends; how much of that counts is not known yet.", next_steps.TOLD_SOON
    ),
    "awaiting_spend": Sentence("Your TikTok ad account is linked; no spend counts yet.", next_steps.LAUNCH),
    "accumulating": Sentence(
        "Your spend is adding up; your spend period is open until {last_date}.", next_steps.RUN
    ),
    "accumulating.late": Sentence(next_steps.TOO_LATE, next_steps.NO_MORE),
    "accumulating.reached": Sentence(
        "You have reached {reached} of ad credit. It comes by {credit_by}, if you reach nothing more and meet every "
        "rule.",
        "Spend more by {by} if you want to reach the next tier.",
    ),
    "accumulating.top": Sentence(
        "You have reached {reached} of ad credit. It comes by {credit_by}, once the figures are final and if you "
        "meet every rule.",
        "Nothing for you to do: figures are final about two days after each day.",
    ),
    "settling": Sentence(
        "Your spend period ended on {last_date}; TikTok's figures for its last days are not final yet.",
        "Nothing for you to do: figures are final about two days after each day.",
    ),
    "settling.reached": Sentence(
        "Your spend period ended on {last_date}. {reached} of ad credit comes by {credit_by}, if the figures stay "
        "as they are and you meet every rule.",
        "Nothing for you to do: figures are final about two days after each day.",
    ),
    "settling.unpaid": Sentence(
        "Your spend period ended on {last_date}; {unpaid} of what you spent is not paid yet.", next_steps.PAY
    ),
    "due": Sentence("You earned {credit} of ad credit; you receive it by {due_by}.", next_steps.ISSUE),
    "due.undated": Sentence("You earned {credit} of ad credit.", next_steps.ISSUE),
    "due.late": Sentence(
        "You earned {credit} of ad credit. It was due by {due_by}, and that date has passed.",
        "Our team sees this and issues the credit; ask for a review if it stays like this.",
    ),
    "due.expired": Sentence(
        "You earned {credit} of ad credit, and it was not issued before the credit of the offer expired on "
        "{expires}.",
        "Ask for a review: our team answers it here.",
    ),
    "issued": Sentence("Your ad credit of {credit} was issued.", "Look for it in Ads Manager."),
    "issued.code": Sentence(
        "Your ad credit of {credit} was issued as a code.",
        "Redeem the code {reference} in Ads Manager. A code can be redeemed once.",
    ),
    "credited": Sentence(
        "Your ad credit of {credit} is in your account; use it until {expires}.",
        "Run a campaign, so that the credit is used before it expires.",
    ),
    "expired": Sentence("The ad credit of this offer expired on {expires}."),
    "blocked": Sentence("Our team has stopped your ad credit until it lifts the stop.", next_steps.REVIEW),
    "blocked.terms_not_met": Sentence(
        "Our team has stopped your ad credit: it found that the terms of the offer are not met.",
        next_steps.REVIEW,
    ),
    "blocked.spend_restated": Sentence(
        "Our team has stopped your ad credit: TikTok corrected the spend that had earned it.",
        next_steps.REVIEW,
    ),
    "blocked.duplicate_merchant": Sentence(
        "Our team has stopped your ad credit: it found that you receive it for another store, and each merchant "
        "receives it once.",
        next_steps.REVIEW,
    ),
    "blocked.suspected_fraud": Sentence(
        "Our team has stopped your ad credit while it looks into signs of misuse.", next_steps.REVIEW
    ),
    "blocked.requested_by_tiktok": Sentence(
        "Our team has stopped your ad credit because TikTok asked it to.", next_steps.REVIEW
    ),
    "blocked.safety": Sentence(
        "Your store is blocked for safety reasons until our team lifts it.", next_steps.REVIEW
    ),
    "programme_over.ended": Sentence("The offer is over, and no tier was reached. {because}"),
    "programme_over.unmet": Sentence("The offer is over, and your store did not qualify. {because}"),
    "programme_over": Sentence(
        "The offer is over. Nothing is wrong with your store.", "Check back for the next offer."
    ),
    "ended": Sentence("No tier was reached. {because}"),
    "ineligible": Sentence("Your store does not qualify for the offer. {because}"),
    "held": Sentence(
        "Your spend reached a tier. Before the credit is issued, this has to be settled: {because}"
    ),
}

# In these stages a pending rule's next step would be useless and might cost money; this text replaces it.
MEANWHILE: Mapping[str, str] = {
    "too_late": next_steps.NO_MORE,
    "programme_over": "Nothing for you to do: the offer is over.",
    "ended": "Nothing for you to do: your spend period has ended.",
    "expired": "Nothing for you to do: the credit has expired.",
    "due": "Nothing for you to do: your credit is awarded.",
    "issued": "Nothing for you to do: your credit is awarded.",
    "credited": "Nothing for you to do: your credit is awarded.",
    "ineligible": "Wait with this until the rule that is not met is settled.",
    "blocked": "Wait with this until our team has lifted the block.",
}
