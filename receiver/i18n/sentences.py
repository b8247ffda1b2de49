"""Every sentence a merchant may read, by message id: what it says, and what can be done next.

The ids come from the domain; parameters are written in braces and formatted in `words.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Sentence(NamedTuple):
    text: str
    next_step: str | None = None


_SET_UP = "Install TikTok for WooCommerce and go through its set-up under Marketing, TikTok."
_LINK = "Link your TikTok ad account in the TikTok integration on your store, or create a new one there."
_WITH_ACCESS = "Connect TikTok again, as a TikTok user who has access to this ad account."
_LINK_OTHER = "See Ads Manager whether it was closed, and link the ad account you advertise with."
_CONNECT_AGAIN = "Connect TikTok again, so that we can read your spend."
_CONNECT = "Connect TikTok, so that we can read your spend."
_ASK = "Nothing for you to do: our team checks this. Ask for a review if it stays like this."
_REVIEW = "If you believe this is wrong, ask for a review: that is the ticket of the terms."
_WAIT = "Nothing for you to do: we will read this again."
_PLACE = "Connect TikTok: stores that have done so come first. You will see here when a place is free."
_LAUNCH = "Launch your campaign in Ads Manager."
_RUN = "Keep your campaign running."
_ISSUE = "Nothing for you to do: our team issues the credit."
_NEXT_OFFER = "Nothing is wrong with your store. Check back for the next offer."
_CHECK_MESSAGES = "Nothing for you to do: our team looks at the messages of your store."
_UPDATE = "Update our plugin on the Plugins page of your store: it reports again within a day."
_MOVED = (
    "If your store has moved, write to our team and name both addresses: what was held is used then. If a copy of "
    "your store sends them, disconnect our plugin in the copy."
)
_NOT_MOVED = "Nothing for you to do. If your store has not moved, write to our team."
_REVOKE = (
    "In WooCommerce, open Settings, Advanced, REST API, and revoke each key whose description begins with TikTok ad "
    "credit."
)
_APPEAL = "See Ads Manager for the reason and how to appeal."
_TOLD_SOON = "Nothing for you to do: TikTok tells it within about two days."
_OURS = "Nothing for you to do: this is ours to put right."
_TEAM = "Nothing for you to do: our team looks into it."
_CLOCK = "Ask your host to set the server's clock right."
_HIGHEST = "Go on only if you can reach the highest tier by {by}: a lower one would be settled too late."
_NO_MORE = "Nothing for you to do: what you spend from now on earns no credit in this offer."
_TOO_LATE = (
    "What you spend from now on cannot be credited before the credit of this offer expires on {expires}."
)
_NOT_CERTAIN = "A place is not certain: go on only if you would advertise anyway."
_PAY = "Pay your open bills in Ads Manager by {bills_until}: what is paid later does not count."

RULES: Mapping[str, Sentence] = {
    "programme_open.pass": Sentence("Your store joined on {joined}, while the offer was open."),
    "programme_open.fail.before": Sentence(
        "Your store joined on {joined}, before the offer opened on {opens}.", _REVIEW
    ),
    "programme_open.fail.after": Sentence(
        "The offer closed on {closes}; your store joined on {joined}.",
        _NEXT_OFFER,
    ),
    "programme_open.unknown": Sentence("We could not read when your store joined.", _ASK),
    "admission.pass": Sentence("Your store has a place in the offer."),
    "admission.pending": Sentence(
        "The offer is open to a limited number of merchants, and your store is waiting for a place.",
        _PLACE,
    ),
    "admission.unknown": Sentence("We could not tell whether your store has a place in the offer.", _ASK),
    "integration_set_up.pass": Sentence(
        "The official TikTok integration is set up on your store since {at}."
    ),
    "integration_set_up.pass.seen": Sentence(
        "We have seen the official TikTok integration set up on your store since {at}."
    ),
    "integration_set_up.pending": Sentence(
        "Your store has not told us yet that the official TikTok integration is set up.", _SET_UP
    ),
    "integration_set_up.unknown.refused": Sentence(
        "We do not know whether the TikTok integration is set up: the signature of your store's messages does "
        "not fit.",
        _CHECK_MESSAGES,
    ),
    "integration_set_up.unknown.unreadable": Sentence(
        "We do not know whether the TikTok integration is set up: a message of your store could not be read.",
        _CHECK_MESSAGES,
    ),
    "integration_set_up.unknown.outdated": Sentence(
        "We do not know whether the TikTok integration is set up: your store runs an old version of our plugin.",
        _UPDATE,
    ),
    "integration_set_up.unknown.held": Sentence(
        "We do not know whether the TikTok integration is set up: your store's messages come from another "
        "address.",
        _MOVED,
    ),
    "first_set_up.pass": Sentence(
        "This is the first time this store and ad account are set up in the offer."
    ),
    "first_set_up.pass.before": Sentence("No earlier set-up of this store in the offer is known."),
    "first_set_up.fail": Sentence(
        "This ad account or this store was already set up in the offer, under another link or store.", _REVIEW
    ),
    "first_set_up.unknown": Sentence(
        "We could not tell whether this is the first set-up in the offer.", _ASK
    ),
    "account_linked.pass": Sentence("Your TikTok ad account is linked since {at}, with your consent."),
    "account_linked.pending": Sentence("No TikTok ad account is linked yet.", _LINK),
    "account_linked.pending.claimed": Sentence(
        "Your store names TikTok ad account {advertiser}. We read nothing of it before you connect TikTok.",
        _CONNECT,
    ),
    "account_linked.pass.seen": Sentence(
        "Your TikTok ad account is linked with your consent; we first saw the link on {at}."
    ),
    "account_linked.unknown.withdrawn": Sentence(
        "TikTok no longer lets us read your ad account: the authorization was withdrawn.", _CONNECT_AGAIN
    ),
    "account_linked.unknown.expired": Sentence(
        "TikTok no longer lets us read your ad account: the authorization has expired.", _CONNECT_AGAIN
    ),
    "account_linked.unknown.returned": Sentence(
        "We do not read your ad account any more: our team gave the authorization back.", _CONNECT_AGAIN
    ),
    "account_linked.unknown.unreachable": Sentence(
        "The authorization does not reach your ad account any more.",
        _WITH_ACCESS,
    ),
    "account_linked.unknown.missing": Sentence(
        "TikTok says that your ad account does not exist.",
        _LINK_OTHER,
    ),
    "account_linked.unknown.refused": Sentence(
        "We do not know which ad account is linked: the signature of your store's messages does not fit.",
        _CHECK_MESSAGES,
    ),
    "account_linked.unknown.unreadable": Sentence(
        "We do not know which ad account is linked: a message of your store could not be read.",
        _CHECK_MESSAGES,
    ),
    "account_linked.unknown.outdated": Sentence(
        "We do not know which ad account is linked: your store runs an old version of our plugin.",
        _UPDATE,
    ),
    "account_linked.unknown.held": Sentence(
        "We do not know which ad account is linked: your store's messages come from another address.",
        _MOVED,
    ),
    "account_linked.unknown.unread": Sentence(
        "Your ad account was linked with your consent before; we may not read it now.",
        _CONNECT,
    ),
    "store_market.pass": Sentence("The offer applies where your store is based: {country}."),
    "store_market.fail": Sentence(
        "Your store is based in {country}. The offer applies only in: {markets}.", _REVIEW
    ),
    "store_market.unknown": Sentence("We could not read the country of your store.", _WAIT),
    "account_market.pass": Sentence("The offer applies where your ad account is registered: {country}."),
    "account_market.pending": Sentence("The country of your ad account is checked once it is linked.", _LINK),
    "account_market.fail": Sentence(
        "Your ad account is registered in {country}. The offer applies only in: {markets}.", _REVIEW
    ),
    "account_market.unknown": Sentence("The country of your ad account is not known yet.", _WAIT),
    "account_currency.pass": Sentence("Your ad account is kept in {currency}, the currency of the offer."),
    "account_currency.pending": Sentence(
        "The currency of your ad account is checked once it is linked.", _LINK
    ),
    "account_currency.unknown.other": Sentence(
        "Your ad account is kept in {currency}, while the offer counts in {expected}. Nothing is converted.",
        _ASK,
    ),
    "account_currency.unknown.market": Sentence(
        "The offer has no currency for the country of your ad account.", _REVIEW
    ),
    "account_currency.unknown.country": Sentence(
        "In which currency your spend counts is not known yet, because the country of your ad account is not.",
        _WAIT,
    ),
    "account_currency.unknown": Sentence("The currency of your ad account is not known yet.", _WAIT),
    "not_yet_advertising.pass.new": Sentence(
        "Your ad account is new: it was created after your store joined."
    ),
    "not_yet_advertising.pass.quiet": Sentence(
        "Your ad account spent nothing in the {days} days before it was linked."
    ),
    "not_yet_advertising.pending.account": Sentence(
        "Earlier spend is checked once an ad account is linked.", _LINK
    ),
    "not_yet_advertising.pending.link": Sentence(
        "Earlier spend is checked once the ad account is linked.", _LINK
    ),
    "not_yet_advertising.fail": Sentence(
        "Your ad account spent {prior_spend} in the {days} days before it was linked; only accounts without "
        "spend in that time take part.",
        _REVIEW,
    ),
    "not_yet_advertising.unknown": Sentence(
        "Whether your ad account spent in the {days} days before it was linked is not known yet.", _WAIT
    ),
    "not_yet_advertising.unknown.age": Sentence(
        "Your ad account spent {prior_spend} in the {days} days before it was linked, and we could not tell "
        "whether it is a new account.",
        _ASK,
    ),
    "not_yet_advertising.unknown.date": Sentence(
        "Your ad account spent {prior_spend} in the {days} days before we first saw it linked; the exact day "
        "it was linked is not known.",
        "Our team sets the date with evidence. Ask for a review and tell us the day you linked it.",
    ),
    "merchant_once.pass": Sentence("You have not received this credit before."),
    "merchant_once.fail": Sentence(
        "You were already awarded this credit, for another store; each merchant receives it once.", _REVIEW
    ),
    "merchant_once.unknown": Sentence(
        "Our team checks whether this store and another one belong to the same merchant, who receives the "
        "credit once.",
        _ASK,
    ),
    "account_once.pass": Sentence("This ad account has not received this credit before."),
    "account_once.pending": Sentence("Earlier credit is checked once an ad account is linked.", _LINK),
    "account_once.fail": Sentence(
        "This ad account was already awarded this credit; each account receives it once.", _REVIEW
    ),
    "account_once.unknown.business_center": Sentence(
        "Another ad account of the same Business Center was awarded this credit; our team decides.", _ASK
    ),
    "account_once.unknown": Sentence(
        "We could not tell whether this ad account received this credit before.", _ASK
    ),
    "no_conflicting_promotion.pass": Sentence("No conflicting promotion is known for your ad account."),
    "no_conflicting_promotion.pending": Sentence(
        "Other promotions are checked once an ad account is linked.", _LINK
    ),
    "no_conflicting_promotion.fail": Sentence(
        "Your ad account takes part in a conflicting promotion.", _REVIEW
    ),
    "no_conflicting_promotion.unknown.foreign": Sentence(
        "Your ad account received ad credit from elsewhere since the offer opened; our team checks whether it "
        "conflicts.",
        _ASK,
    ),
    "no_conflicting_promotion.unknown": Sentence(
        "We could not tell whether your ad account takes part in another promotion.", _ASK
    ),
    "good_standing.pass": Sentence("Your ad account is enabled, and nothing is recorded against it."),
    "good_standing.pending.account": Sentence(
        "Your ad account's standing is checked once it is linked.", _LINK
    ),
    "good_standing.pending.review": Sentence(
        "TikTok is still reviewing your ad account.",
        "Wait for TikTok's review, or see Ads Manager for what it needs.",
    ),
    "good_standing.fail.safety": Sentence("Your ad account was flagged for safety reasons.", _REVIEW),
    "good_standing.fail.policy": Sentence(
        "A violation of TikTok's advertising policies is recorded for your ad account.", _REVIEW
    ),
    "good_standing.fail.suspended": Sentence("TikTok suspended your ad account.", _APPEAL),
    "good_standing.fail.closed": Sentence("Your ad account is closed at TikTok.", _APPEAL),
    "good_standing.fail.refused": Sentence("TikTok's review refused your ad account.", _APPEAL),
    "good_standing.unknown.status": Sentence("The state of your ad account is not known yet.", _WAIT),
    "good_standing.unknown.status.new": Sentence(
        "TikTok calls the state of your ad account {status}, a word that is new to us.", _ASK
    ),
    "good_standing.unknown": Sentence("Your ad account's standing could not be checked in full yet.", _ASK),
    "spend_reached.pass": Sentence("The spend that counts reached {threshold} within your spend period."),
    "spend_reached.pending.account": Sentence("Spend counts once an ad account is linked.", _LINK),
    "spend_reached.pending.set_up": Sentence(
        "Spend counts once the integration is set up and the ad account is linked.",
        "Finish the set-up of the integration and link your ad account.",
    ),
    "spend_reached.pending.start": Sentence(
        "Your spend period begins with the first spend that counts.", _LAUNCH
    ),
    "spend_reached.pending.start.waiting": Sentence(
        "Your spend period begins with the first spend that counts, and lasts {days} days.",
        "Wait with your campaign until your store has a place.",
    ),
    "spend_reached.pending.split": Sentence(
        "Your ad account spends; how much of that counts is not known yet.", _TOLD_SOON
    ),
    "spend_reached.pending.open": Sentence(
        "You have {qualifying} of the {threshold} needed by {last_date}.", _RUN
    ),
    "spend_reached.pending.open.waiting": Sentence(
        "You have {qualifying} of the {threshold} needed by {last_date}; your store has no place yet.",
        _NOT_CERTAIN,
    ),
    "spend_reached.pending.settling": Sentence(
        "Your spend period ended on {last_date}; TikTok's figures for its last days are not final yet.",
        "Nothing for you to do: figures are final about two days after each day.",
    ),
    "spend_reached.pending.bills": Sentence(
        "You spent {net} by {last_date}, which is enough, but not all of it is paid yet.",
        _PAY,
    ),
    "spend_reached.pending.refunded": Sentence(
        "You spent enough by {last_date}, but {refunded} of what you paid was refunded.",
        "Pay the bills that are open again in Ads Manager by {bills_until}, or ask for a review.",
    ),
    "spend_reached.fail.refunded": Sentence(
        "Your spend period ended on {last_date} with {qualifying}, because {refunded} of what you paid was "
        "refunded; {threshold} was needed.",
        _REVIEW,
    ),
    "spend_reached.fail": Sentence(
        "Your spend period ended on {last_date} with {qualifying}; {threshold} was needed.", _REVIEW
    ),
    "spend_reached.fail.unpaid": Sentence(
        "You spent {net} by {last_date}, but only {qualifying} of it was paid by {bills_until}; {threshold} was "
        "needed.",
        _REVIEW,
    ),
    "spend_reached.unknown.zone": Sentence(
        "What counts is not known yet, because the time zone of your ad account is not.", _WAIT
    ),
    "spend_reached.unknown.threshold.market": Sentence(
        "The offer has no amount to reach for the country of your ad account.", _REVIEW
    ),
    "spend_reached.unknown.threshold.currency": Sentence(
        "The offer has no amount to reach in the currency of your ad account.", _ASK
    ),
    "spend_reached.unknown.threshold.untold": Sentence(
        "Which amount you have to reach is not known yet, because the country or currency of your ad account "
        "is not.",
        _WAIT,
    ),
    "spend_reached.unknown.registration": Sentence(
        "When your spend period begins is not known yet, because the day your ad account was created is not.",
        _WAIT,
    ),
    "spend_reached.unknown.bill": Sentence(
        "One of your bills could not be read in full, so what was paid is not certain.", _ASK
    ),
    "spend_reached.unknown.provisional": Sentence(
        "Your spend reached {threshold}, but we could not confirm yet that it was paid.",
        "Our team confirms your paid bills. To speed it up, ask for a review and say when you paid which amount.",
    ),
    "credit_in_time.pass": Sentence("There is time: the credit of this offer can be used until {expires}."),
    "credit_in_time.pending": Sentence(
        "Your spend period is settled only after the credit expires on {expires}: only the highest tier can "
        "still be credited in time.",
        _HIGHEST,
    ),
    "credit_in_time.pending.late": Sentence(
        "Your spend period is settled only after the credit expires on {expires}, and the highest tier cannot be "
        "reached in time any more.",
        _NO_MORE,
    ),
    "credit_in_time.fail": Sentence("The credit of this offer expired on {expires}.", _NEXT_OFFER),
    "credit_in_time.unknown": Sentence(
        "Whether there is time is not known yet, because the time zone of your ad account is not.", _WAIT
    ),
    "override.pass": Sentence("Our team decided on this rule ({rule}): met. Reason: {reason}"),
    "override.fail": Sentence("Our team decided on this rule ({rule}): not met. Reason: {reason}", _REVIEW),
}

# What each rule is about, where an answer by staff does not say it.
RULE_NAMES: Mapping[str, str] = {
    "programme_open": "joined while the offer was open",
    "admission": "a place in the offer",
    "first_set_up": "first set-up in the offer",
    "store_market": "country of the store",
    "account_market": "country of the ad account",
    "account_currency": "currency of the ad account",
    "not_yet_advertising": "no earlier advertising",
    "merchant_once": "once for each merchant",
    "account_once": "once for each ad account",
    "no_conflicting_promotion": "no conflicting promotion",
    "good_standing": "good standing of the ad account",
    "credit_in_time": "in time for the credit",
}

# The next step of what waits for a link, and what stands in its place where only the consent is missing.
LINK, CONNECT_TIKTOK = _LINK, "account_linked.pending.claimed"
# Next steps that are of no use while we cannot read the ad account.
UNSEEN = frozenset({_WAIT, _RUN, _LAUNCH})

# By stage, and after the dot what tells apart within one (words.py, `_told_apart`). `because` is the sentence of
# the rule that decides; where a headline has no next step, that rule's own is told.
HEADLINES: Mapping[str, Sentence] = {
    "too_late": Sentence(_TOO_LATE, "Nothing for you to do: check back for the next offer."),
    "not_admitted": Sentence(
        "Your store is waiting for a place in the offer. If your ad account spends already, its {days} days may "
        "be running.",
        _PLACE,
    ),
    "not_admitted.connected": Sentence(
        "Your store is waiting for a place in the offer; its {days} days begin with the first spend.",
        "Wait with your campaign: you will see here when a place is free.",
    ),
    "not_admitted.running": Sentence(
        "Your store is waiting for a place in the offer, while its {days} days are running: they end on "
        "{last_date}.",
        _NOT_CERTAIN,
    ),
    "not_admitted.over": Sentence(
        "Your store is waiting for a place in the offer; its {days} days ended on {last_date}.",
        "Nothing for you to do: what you spent counts if a place becomes free in time.",
    ),
    "awaiting_setup": Sentence("Set up the official TikTok integration to begin.", _SET_UP),
    "awaiting_setup.lost": Sentence(
        "We do not know whether the TikTok integration is set up: messages of your store cannot be used.",
        _CHECK_MESSAGES,
    ),
    "awaiting_setup.outdated": Sentence(
        "We do not know whether the TikTok integration is set up: your store runs an old version of our plugin.",
        _UPDATE,
    ),
    "awaiting_setup.held": Sentence(
        "We do not know whether the TikTok integration is set up: your store's messages come from another "
        "address.",
        _MOVED,
    ),
    "awaiting_link.outdated": Sentence(
        "We do not know which ad account is linked: your store runs an old version of our plugin.",
        _UPDATE,
    ),
    "awaiting_link.held": Sentence(
        "We do not know which ad account is linked: your store's messages come from another address.", _MOVED
    ),
    "awaiting_link.lost": Sentence(
        "We do not know which ad account is linked: messages of your store cannot be used.",
        _CHECK_MESSAGES,
    ),
    "awaiting_link": Sentence("Link your TikTok ad account to go on.", _LINK),
    "awaiting_link.claimed": Sentence(
        "Connect TikTok to go on: we may not read your ad account yet.",
        "Connect TikTok now. What your ad account spends in the meantime may count already.",
    ),
    "awaiting_spend.zone": Sentence(
        "Your TikTok ad account is linked; what counts is not known yet, because its time zone is not.", _WAIT
    ),
    "awaiting_spend.registration": Sentence(
        "Your TikTok ad account is linked; when your spend period begins is not known yet.", _WAIT
    ),
    "awaiting_spend.split": Sentence(
        "Your TikTok ad account spends; how much of that counts is not known yet.", _TOLD_SOON
    ),
    "awaiting_spend": Sentence("Your TikTok ad account is linked; no spend counts yet.", _LAUNCH),
    "accumulating": Sentence("Your spend is adding up; your spend period is open until {last_date}.", _RUN),
    "accumulating.late": Sentence(_TOO_LATE, _NO_MORE),
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
        "Your spend period ended on {last_date}; {unpaid} of what you spent is not paid yet.", _PAY
    ),
    "due": Sentence("You earned {credit} of ad credit; you receive it by {due_by}.", _ISSUE),
    "due.undated": Sentence("You earned {credit} of ad credit.", _ISSUE),
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
    "blocked": Sentence("Our team has stopped your ad credit until it lifts the stop.", _REVIEW),
    "blocked.terms_not_met": Sentence(
        "Our team has stopped your ad credit: it found that the terms of the offer are not met.", _REVIEW
    ),
    "blocked.spend_restated": Sentence(
        "Our team has stopped your ad credit: TikTok corrected the spend that had earned it.", _REVIEW
    ),
    "blocked.duplicate_merchant": Sentence(
        "Our team has stopped your ad credit: it found that you receive it for another store, and each merchant "
        "receives it once.",
        _REVIEW,
    ),
    "blocked.suspected_fraud": Sentence(
        "Our team has stopped your ad credit while it looks into signs of misuse.", _REVIEW
    ),
    "blocked.requested_by_tiktok": Sentence(
        "Our team has stopped your ad credit because TikTok asked it to.", _REVIEW
    ),
    "blocked.safety": Sentence("Your store is blocked for safety reasons until our team lifts it.", _REVIEW),
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

# In these stages what a rule still waits for helps nobody, and may cost money: said in place of its next step.
MEANWHILE: Mapping[str, str] = {
    "too_late": _NO_MORE,
    "programme_over": "Nothing for you to do: the offer is over.",
    "ended": "Nothing for you to do: your spend period has ended.",
    "expired": "Nothing for you to do: the credit has expired.",
    "due": "Nothing for you to do: your credit is awarded.",
    "issued": "Nothing for you to do: your credit is awarded.",
    "credited": "Nothing for you to do: your credit is awarded.",
    "ineligible": "Wait with this until the rule that is not met is settled.",
    "blocked": "Wait with this until our team has lifted the block.",
}

# What can still be reached (documents/progress.py).
PROGRESS: Mapping[str, str] = {
    "next_tier.daily": "{remaining} more by {by} earns {credit} of credit in all: {per_day} a day.",
    "next_tier.spend": "{remaining} more by {by} earns {credit} of credit in all.",
    "next_tier.begin": "{remaining} within {days} days of your first spend, and by {by}, earns {credit} of credit.",
    "next_tier.payment": "Pay {remaining} more of your bills by {by}: that earns {credit} of credit in all.",
    "pace.reaches": "At the rate of the last final days ({days}), {per_day} a day, you reach {threshold} on {on}.",
    "pace.misses": "At the rate of the last final days ({days}), {per_day} a day, you reach no further tier in time.",
    "what_if.reaches": "With {per_day} a day from tomorrow on you reach {threshold} on {on}. {credit} of credit comes "
    "by {credit_by}, if you meet every rule.",
    "what_if.misses": "With {per_day} a day from tomorrow on you reach no further tier in time.",
    "what_if.closed": "More spend earns no credit now: the headline says why.",
    "admission.place": "Place {place} of {of} in the line. Stores that have connected TikTok come first.",
}

# How a credit is used depends on how the ad account pays.
USED: Mapping[str, str] = {
    "manual": "You pay manually: the ad credit is used before your account's balance.",
    "automatic": "You pay automatically: the ad credit comes after your bill is paid. It is then used first, "
    "before you are charged for your next campaign.",
    "unknown": "If you pay manually, the ad credit is used before your account's balance. If you pay "
    "automatically, it comes after your bill is paid and is then used first, before you are charged for your "
    "next campaign.",
}


WARNINGS: Mapping[str, Sentence] = {
    "window_outlives_credit": Sentence(
        "Your spend period is settled too late for the credit, which expires on {expires}: only the highest tier "
        "can still be credited in time.",
        _HIGHEST,
    ),
    "bill_deadline": Sentence(
        "{unpaid} of what you spent is not paid yet. Only what is paid by {bills_until} counts.",
        "Pay your open bills in Ads Manager by {bills_until}.",
    ),
    "begin_by": Sentence(
        "Every tier can still be credited in time if you begin to spend by {by}: the credit of this offer expires "
        "on {expires}.",
        "Finish the set-up, and launch your campaign by then.",
    ),
    "begin_for_highest": Sentence(
        "Only the highest tier can still be credited in time: spend {threshold} by {by}. The credit of this offer "
        "expires on {expires}.",
        "Begin only if you can spend that much by then.",
    ),
    "too_late_to_begin": Sentence(_TOO_LATE, _NO_MORE),
    "nothing_more_in_time": Sentence(
        "No further tier can be credited before the credit of this offer expires on {expires}.", _NO_MORE
    ),
}

# domain/troubles.py: what is wrong about a store, as its merchant may read it.
TROUBLES: Mapping[str, Sentence] = {
    "award_overdue": Sentence("Your ad credit was due by {due_by}, and that date has passed.", _ISSUE),
    "award_held": Sentence("Your award waits for an open point.", _TEAM),
    "award_flagged": Sentence(
        "Something has changed since your credit was awarded; the award stands as it was recorded.", _TEAM
    ),
    "merchants_alike": Sentence(
        "Our team checks whether this store and another one belong to the same merchant.", _TEAM
    ),
    "reading_refused": Sentence(
        "We cannot read your ad account now, for a reason on our side. What we had read stays.", _OURS
    ),
    "figures_stale": Sentence(
        "TikTok's figures could not be read when their turn was. What we had read stays.", _OURS
    ),
    "currency_differs": Sentence(
        "TikTok's report is not in the currency of your ad account, so that nothing of it counts yet.", _TEAM
    ),
    "figures_incomplete": Sentence(
        "TikTok's report lacks dates that had figures before. What we had read of them stays.", _TEAM
    ),
    "status_unknown": Sentence(
        "TikTok calls the state of your ad account {status}, a word that is new to us.", _TEAM
    ),
    "bill_unreadable": Sentence(
        "One of your bills could not be read in full, so how much counts is not known yet.", _TEAM
    ),
    "figures_apart": Sentence("TikTok's figures of your ad account contradict each other.", _TEAM),
    "no_cash_spend": Sentence("TikTok shows spend of your ad account, and that cash pays none of it.", _TEAM),
    "payment_contradicted": Sentence(
        "TikTok's ledger shows another way of paying than the one recorded for your ad account.", _TEAM
    ),
    "signals_refused": Sentence("The signature of your store's messages does not fit.", _CHECK_MESSAGES),
    "signals_unreadable": Sentence("A message of your store could not be read.", _CHECK_MESSAGES),
    "signals_outdated": Sentence(
        "Your store runs an old version of our plugin, whose messages can no longer be used.", _UPDATE
    ),
    "signals_held": Sentence(
        "Your store's messages name another address as its home, so they are held.", _MOVED
    ),
    "signals_held.at": Sentence(
        "Your store's messages name another address as its home, {address}, so they are held.", _MOVED
    ),
    "signals_fell_back": Sentence(
        "Your store's messages count from an earlier number, as after a restored backup.", _CHECK_MESSAGES
    ),
    "address_changed": Sentence(
        "Your store's address changed from {old} to {address}. We followed it, and all goes on as before.",
        _NOT_MOVED,
    ),
    "keys_left": Sentence(
        "Our connection to your store has ended and we have deleted our copy of its keys, but WooCommerce lets no "
        "app remove its own key: it is still listed in your store.",
        _REVOKE,
    ),
    "account_missing": Sentence(
        "TikTok says that your ad account does not exist. What we had read stays; what you spend now does "
        "not show.",
        _LINK_OTHER,
    ),
    "account_unreachable": Sentence(
        "The authorization does not reach your ad account any more. What we had read stays; what you spend "
        "now does not show.",
        _WITH_ACCESS,
    ),
    "consent_withdrawn": Sentence(
        "The authorization to read your ad account was withdrawn. What we had read stays; what you spend now "
        "does not show.",
        _CONNECT_AGAIN,
    ),
    "consent_expired": Sentence(
        "The authorization to read your ad account has expired. What we had read stays; what you spend now "
        "does not show.",
        _CONNECT_AGAIN,
    ),
}

REVIEWS: Mapping[str, str] = {
    "open": "You asked for a review, the ticket of the terms, on {asked_on}. Our team reads it with all the "
    "evidence and answers here.",
    "upheld": "Our team answered your review on {answered_on}; the decision stands: {reason}",
    "overridden": "Our team answered your review on {answered_on} and changed the decision: {reason}",
    "fact_recorded": "Our team answered your review on {answered_on} and corrected what we knew: {reason}",
}

_AGAIN = "Try again."
_ALL_TICKED = "Try again, and leave every permission ticked on TikTok's page."
_FROM_STORE = "Go back to your store's page and connect TikTok from there."

# The pages on which an advertiser gives consent: what came of it, or why this browser may not go on.
CONSENT: Mapping[str, Sentence] = {
    "start": Sentence(
        "You let us read what your TikTok ad account spends, so that it can count towards ad credit for this "
        "store. We read only: nothing in your account is changed, and nothing is spent.",
        "Go on only if this is your own store. On TikTok's page, sign in, choose your ad account and leave every "
        "permission ticked.",
    ),
    "choose": Sentence(
        "TikTok lets us read several ad accounts.",
        "Choose the one that advertises for this store. If the TikTok integration on your store names another one "
        "later, that one counts.",
    ),
    "linked": Sentence(
        "We can read your ad account {account} now.",
        "Nothing more for you to do: your store's page shows your spend in a few minutes.",
    ),
    "linked.without_money": Sentence(
        "We can read your ad account {account} now, but not what you paid, for lack of a permission: {missing}.",
        "If you pay automatically, try again and leave every permission ticked, so that your paid bills count.",
    ),
    "other_account": Sentence(
        "Your store is linked to the ad account {account}, and TikTok did not let us read that one.",
        "Try again with a TikTok user of that ad account. To use another ad account, switch to it in the TikTok "
        "integration on your store first: what is set there counts.",
    ),
    "no_account": Sentence(
        "TikTok did not let us read any ad account.",
        "Try again, and choose your ad account on TikTok's page.",
    ),
    "not_enough": Sentence("TikTok did not give us what we need to read your spend: {missing}.", _ALL_TICKED),
    "cancelled": Sentence("You cancelled on TikTok's page. Nothing was changed.", _AGAIN),
    "refused": Sentence("TikTok says that its answer is too old or was used already.", _AGAIN),
    "fault": Sentence(
        "TikTok does not answer as it should right now. Nothing was changed.", "Try again in a few minutes."
    ),
    "not_set_up": Sentence(
        "Connecting to TikTok is not set up on our side yet. Nothing was changed.",
        "Ask our team: trying again does not help until they have set it up.",
    ),
    "expired": Sentence("This page is too old. Nothing was changed.", _FROM_STORE),
    "ticket_unknown": Sentence("This address is not one of ours, or not all of it.", _FROM_STORE),
    "ticket_used": Sentence("This address was opened in another browser already.", _FROM_STORE),
    "state_unknown": Sentence(
        "This answer from TikTok was used already, or is too old.",
        "Go back to your store's page: it says whether TikTok is connected.",
    ),
    "wrong_browser": Sentence(
        "This was begun in another browser, so nothing was linked.",
        "If somebody sent you an address of TikTok's, do not open it again: your ad account would have been "
        "linked to their store.",
    ),
    "not_yours": Sentence("This page belongs to another browser, or is too old.", _FROM_STORE),
    "store_gone": Sentence(
        "This store has been disconnected from us. Nothing was changed.", "Connect the store first."
    ),
    "unavailable": Sentence(
        "We cannot do this right now. Nothing was changed.", "Try again in a few minutes."
    ),
}

CONSENT_LABELS: Mapping[str, str] = {
    "title": "Connect TikTok",
    "store": "Your store",
    "go": "Continue to TikTok",
    "again": "Try again",
    "account": "Ad account",
    "choose": "Link this ad account",
    "back": "Back to your store",
    "close": "You can close this page.",
}

# As TikTok's consent page calls them, and what each is for.
PERMISSIONS: Mapping[str, str] = {
    "reports": "Reporting (what your ad account spent)",
    "account": "Ad Account Information (its country, currency and state)",
    "money": "Ad Account Balance and Transaction (what you paid)",
}


# The pages on which a merchant connects a store.
CONNECT: Mapping[str, Sentence] = {
    "ask": Sentence(
        "Connect your WooCommerce store to see where you stand with the TikTok ad credit.",
        "Enter your store's address, as your browser shows it when the store is open.",
    ),
    "address": Sentence(
        "This is not the address of a store.", "Enter it as your browser shows it, such as shop.example."
    ),
    "start": Sentence(
        "Your store asks you next whether we may use its REST API.",
        "Go on only if this is your own store.",
    ),
    "probing": Sentence(
        "We check whether a WooCommerce store answers at this address.",
        "This takes a few seconds; then you go on to your store. Leave this page open.",
    ),
    "settling": Sentence(
        "Your store said yes. We read its settings, make two webhooks and give the plugin its token.",
        "This takes a few seconds; leave this page open.",
    ),
    "waits": Sentence(
        "We wait for the keys that your store sends.",
        "If this page still says so after a minute, connect again.",
    ),
    "connected": Sentence(
        "Your store is connected.",
        "One step is left: let us read what your ad account spends. On TikTok's page, sign in, choose your ad account and leave every permission ticked. We read only: nothing in it is changed, and nothing is spent.",
    ),
    "connected.whole": Sentence(
        "Your store is connected, and we may read your ad account.", "Nothing more for you to do."
    ),
    "ended": Sentence(
        "The connection of this store has ended.",
        "If a key whose description begins with TikTok ad credit is still listed in WooCommerce, under Settings, Advanced, REST API, revoke it: no app can remove its own key.",
    ),
    "denied": Sentence(
        "You chose not to connect. Nothing was changed.", "You can begin again whenever you like."
    ),
    "foreign": Sentence(
        "This was approved in another browser than the one that began it, so nothing was connected and the keys were dropped.",
        "If somebody sent you that address, do not approve it again. To connect your own store, begin here.",
    ),
    "held": Sentence(
        "We know this store by another address, or another store by this one. Our team has to look at it first; nothing was connected.",
        "Write to our team, and say which address is the true one.",
    ),
    "unproven": Sentence(
        "Your store names another address as its own, and it does not open there with the keys it gave us. Nothing was connected.",
        "Open your store in a browser, and connect it by the address that stands there. If that is the one you entered, correct the site address under Settings, General.",
    ),
    "over": Sentence("This took too long. Nothing was connected.", "Begin again: it takes about a minute."),
    "nothing": Sentence("This browser has not begun to connect a store.", "Enter your store's address."),
    "too_often": Sentence("There were too many tries in a short time.", "Try again in a few minutes."),
    "keys": Sentence(
        "These are not the keys WooCommerce showed.",
        "Copy both as they are: the consumer key begins with ck_, the consumer secret with cs_.",
    ),
    "unavailable": Sentence(
        "We cannot do this right now. Nothing was connected.", "Try again in a few minutes."
    ),
}

# How a place in an offer with few of them stands (domain/places.py).
PLACES: Mapping[str, Sentence] = {
    "reserved": Sentence(
        "Your place in this offer is reserved until {until}.",
        "Connect TikTok before then to keep it; otherwise it goes to the next store.",
    ),
}

# What keeps us from a store (wp_bridge.errors.StoreTrouble): on those pages, and as a warning later.
SHOP_TROUBLES: Mapping[str, Sentence] = {
    "unreachable": Sentence(
        "We cannot reach a WooCommerce store at this address.",
        "Check its spelling: it is the address your browser shows when the store is open, with or without www. The store has to be open to the public, without a password page.",
    ),
    "not_https": Sentence(
        "Your store does not use https, so it cannot hand us keys by itself.",
        "Switch your store to https. Or create a REST API key that may read and write, under WooCommerce, Settings, Advanced, and enter it here.",
    ),
    "not_wordpress": Sentence(
        "A site answers at this address, but not with WordPress's REST API.",
        "Enter the address of the store itself. If a security plugin hides the REST API, let it through.",
    ),
    "no_woocommerce": Sentence(
        "WordPress answers at this address, but WooCommerce does not.",
        "Activate WooCommerce, or enter the address of the site that has it.",
    ),
    "no_permalinks": Sentence(
        "Your store uses plain permalinks, and WooCommerce's API does not take keys with them.",
        "Choose any other structure under Settings, Permalinks, save, and try again.",
    ),
    "no_key_page": Sentence(
        "Your store's host does not seem to let the page through on which WooCommerce hands out keys.",
        "Create a REST API key that may read and write, under WooCommerce, Settings, Advanced, REST API, and enter it here. Or try that page all the same.",
    ),
    "keys_refused": Sentence(
        "Your store does not accept our keys.", "Connect it again: that takes two clicks."
    ),
    "keys_too_weak": Sentence(
        "Our keys may not do what is needed in your store.",
        "Connect it again as an administrator or shop manager, with permission to read and write.",
    ),
    "busy": Sentence("Your store is busy or under maintenance.", "Try again in a few minutes."),
    "malformed": Sentence(
        "Your store answers, but not as WooCommerce does: something else is mixed into its answers.",
        "Ask the developer of your store to turn off the display of PHP messages, and try again.",
    ),
    "too_old": Sentence(
        "Your store's WooCommerce is too old for this.", "Update WooCommerce, and try again."
    ),
    "no_companion": Sentence(
        "Our plugin is not active on your store, so it cannot tell us when the TikTok integration is set up and linked.",
        "Install and activate our plugin. Without it the connection ends after a day.",
    ),
    "elsewhere": Sentence(
        "Your store leads to another address, or calls another one its home, and we cannot tell whether it is the same store.",
        "If your store has moved, write to our team and name both addresses. If not, correct the site address under Settings, General.",
    ),
    "disconnected": Sentence(
        "You disconnected in our plugin after these keys were made, so they are not used any more.",
        "Connect your store anew: that makes new keys.",
    ),
}

# What is wrong with a webhook of ours at a store, and stays so (domain/store_webhooks.py).
# A store's clock that is off; `skew` is how long.
CLOCK_TROUBLES: Mapping[str, Sentence] = {
    "clock_ahead": Sentence(
        "Your store's clock is {skew} ahead of ours: dates that it tells us are not relied on.", _CLOCK
    ),
    "clock_behind": Sentence(
        "Your store's clock is {skew} behind ours: dates that it tells us are not relied on.", _CLOCK
    ),
}

WEBHOOK_TROUBLES: Mapping[str, Sentence] = {
    "paused": Sentence(
        "A webhook that tells us what happens in your store was paused there, so news does not reach us at once.",
        "Set it to Active under WooCommerce, Settings, Advanced, Webhooks.",
    ),
    "mute": Sentence(
        "Your store keeps a webhook of ours without its event, so news does not reach us at once.",
        "Update WooCommerce and our plugin; we then create the webhook again.",
    ),
}

CONNECT_LABELS: Mapping[str, str] = {
    "title": "Connect your store",
    "shop": "Your store's address",
    "next": "Continue",
    "go": "Continue to your store",
    "again": "Try again",
    "tiktok": "Continue to TikTok",
    "back": "Back to your store",
    "by_hand": "Enter keys by hand",
    "contact": "Our team's address: {contact}",
    "before": "What happens next",
    "before_sign_in": "Your store opens. Sign in there as an administrator or shop manager.",
    "before_key_page": "WooCommerce asks whether TikTok ad credit may have Read/Write access, and lists all that such a key could do: view and manage orders, customers, products and more. It offers no smaller key. If you deny it, nothing is changed.",
    "before_use": "With the key we read your store's settings, make two webhooks and give our plugin its token. We ask for no orders, customers or products.",
    "before_tiktok": "Back here, one button leads to TikTok, so that we can read what your ad account spends.",
    "key": "Consumer key",
    "secret": "Consumer secret",
}
