"""The sentences of the rules, by `rule.outcome` or `rule.outcome.reason_code`."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.i18n.sentences import next_steps
from receiver.i18n.sentences.sentence import Sentence

RULES: Mapping[str, Sentence] = {
    "programme_open.pass": Sentence("Your store joined on {joined}, while the offer was open."),
    "programme_open.fail.before": Sentence(
        "Your store joined on {joined}, before the offer opened on {opens}.", next_steps.REVIEW
    ),
    "programme_open.fail.after": Sentence(
        "The offer closed on {closes}; your store joined on {joined}.",
        next_steps.NEXT_OFFER,
    ),
    "programme_open.unknown": Sentence("We could not read when your store joined.", next_steps.ASK),
    "admission.pass": Sentence("Your store has a place in the offer."),
    "admission.pending": Sentence(
        "The offer is open to a limited number of merchants, and your store is waiting for a place.",
        next_steps.PLACE,
    ),
    "admission.unknown": Sentence(
        "We could not tell whether your store has a place in the offer.", next_steps.ASK
    ),
    "integration_set_up.pass": Sentence(
        "The official TikTok integration is set up on your store since {at}."
    ),
    "integration_set_up.pass.seen": Sentence(
        "We have seen the official TikTok integration set up on your store since {at}."
    ),
    "integration_set_up.pending": Sentence(
        "Your store has not told us yet that the official TikTok integration is set up.", next_steps.SET_UP
    ),
    "integration_set_up.unknown.refused": Sentence(
        "We do not know whether the TikTok integration is set up: the signature of your store's messages does "
        "not fit.",
        next_steps.CHECK_MESSAGES,
    ),
    "integration_set_up.unknown.unreadable": Sentence(
        "We do not know whether the TikTok integration is set up: a message of your store could not be read.",
        next_steps.CHECK_MESSAGES,
    ),
    "integration_set_up.unknown.outdated": Sentence(
        "We do not know whether the TikTok integration is set up: your store runs an old version of our plugin.",
        next_steps.UPDATE,
    ),
    "integration_set_up.unknown.held": Sentence(
        "We do not know whether the TikTok integration is set up: your store's messages come from another "
        "address.",
        next_steps.MOVED,
    ),
    "first_set_up.pass": Sentence(
        "This is the first time this store and ad account are set up in the offer."
    ),
    "first_set_up.pass.before": Sentence("No earlier set-up of this store in the offer is known."),
    "first_set_up.fail": Sentence(
        "This ad account or this store was already set up in the offer, under another link or store.",
        next_steps.REVIEW,
    ),
    "first_set_up.unknown": Sentence(
        "We could not tell whether this is the first set-up in the offer.", next_steps.ASK
    ),
    "account_linked.pass": Sentence("Your TikTok ad account is linked since {at}, with your consent."),
    "account_linked.pending": Sentence("No TikTok ad account is linked yet.", next_steps.LINK),
    "account_linked.pending.claimed": Sentence(
        "Your store names TikTok ad account {advertiser}. We read nothing of it before you connect TikTok.",
        next_steps.CONNECT,
    ),
    "account_linked.pass.seen": Sentence(
        "Your TikTok ad account is linked with your consent; we first saw the link on {at}."
    ),
    "account_linked.unknown.withdrawn": Sentence(
        "TikTok no longer lets us read your ad account: the authorization was withdrawn.",
        next_steps.CONNECT_AGAIN,
    ),
    "account_linked.unknown.expired": Sentence(
        "TikTok no longer lets us read your ad account: the authorization has expired.",
        next_steps.CONNECT_AGAIN,
    ),
    "account_linked.unknown.returned": Sentence(
        "We do not read your ad account any more: our team gave the authorization back.",
        next_steps.CONNECT_AGAIN,
    ),
    "account_linked.unknown.unreachable": Sentence(
        "The authorization does not reach your ad account any more.",
        next_steps.WITH_ACCESS,
    ),
    "account_linked.unknown.missing": Sentence(
        "TikTok says that your ad account does not exist.",
        next_steps.LINK_OTHER,
    ),
    "account_linked.unknown.refused": Sentence(
        "We do not know which ad account is linked: the signature of your store's messages does not fit.",
        next_steps.CHECK_MESSAGES,
    ),
    "account_linked.unknown.unreadable": Sentence(
        "We do not know which ad account is linked: a message of your store could not be read.",
        next_steps.CHECK_MESSAGES,
    ),
    "account_linked.unknown.outdated": Sentence(
        "We do not know which ad account is linked: your store runs an old version of our plugin.",
        next_steps.UPDATE,
    ),
    "account_linked.unknown.held": Sentence(
        "We do not know which ad account is linked: your store's messages come from another address.",
        next_steps.MOVED,
    ),
    "account_linked.unknown.unread": Sentence(
        "Your ad account was linked with your consent before; we may not read it now.",
        next_steps.CONNECT,
    ),
    "store_market.pass": Sentence("The offer applies where your store is based: {country}."),
    "store_market.fail": Sentence(
        "Your store is based in {country}. The offer applies only in: {markets}.", next_steps.REVIEW
    ),
    "store_market.unknown": Sentence("We could not read the country of your store.", next_steps.WAIT),
    "account_market.pass": Sentence("The offer applies where your ad account is registered: {country}."),
    "account_market.pending": Sentence(
        "The country of your ad account is checked once it is linked.", next_steps.LINK
    ),
    "account_market.fail": Sentence(
        "Your ad account is registered in {country}. The offer applies only in: {markets}.", next_steps.REVIEW
    ),
    "account_market.unknown": Sentence("The country of your ad account is not known yet.", next_steps.WAIT),
    "account_currency.pass": Sentence("Your ad account is kept in {currency}, the currency of the offer."),
    "account_currency.pending": Sentence(
        "The currency of your ad account is checked once it is linked.", next_steps.LINK
    ),
    "account_currency.unknown.other": Sentence(
        "Your ad account is kept in {currency}, while the offer counts in {expected}. Nothing is converted.",
        next_steps.ASK,
    ),
    "account_currency.unknown.market": Sentence(
        "The offer has no currency for the country of your ad account.", next_steps.REVIEW
    ),
    "account_currency.unknown.country": Sentence(
        "In which currency your spend counts is not known yet, because the country of your ad account is not.",
        next_steps.WAIT,
    ),
    "account_currency.unknown": Sentence(
        "The currency of your ad account is not known yet.", next_steps.WAIT
    ),
    "not_yet_advertising.pass.new": Sentence(
        "Your ad account is new: it was created after your store joined."
    ),
    "not_yet_advertising.pass.quiet": Sentence(
        "Your ad account spent nothing in the {days} days before it was linked."
    ),
    "not_yet_advertising.pending.account": Sentence(
        "Earlier spend is checked once an ad account is linked.", next_steps.LINK
    ),
    "not_yet_advertising.pending.link": Sentence(
        "Earlier spend is checked once the ad account is linked.", next_steps.LINK
    ),
    "not_yet_advertising.fail": Sentence(
        "Your ad account spent {prior_spend} in the {days} days before it was linked; only accounts without "
        "spend in that time take part.",
        next_steps.REVIEW,
    ),
    "not_yet_advertising.unknown": Sentence(
        "Whether your ad account spent in the {days} days before it was linked is not known yet.",
        next_steps.WAIT,
    ),
    "not_yet_advertising.unknown.age": Sentence(
        "Your ad account spent {prior_spend} in the {days} days before it was linked, and we could not tell "
        "whether it is a new account.",
        next_steps.ASK,
    ),
    "not_yet_advertising.unknown.date": Sentence(
        "Your ad account spent {prior_spend} in the {days} days before we first saw it linked; the exact day "
        "it was linked is not known.",
        "Our team sets the date with evidence. Ask for a review and tell us the day you linked it.",
    ),
    "merchant_once.pass": Sentence("You have not received this credit before."),
    "merchant_once.fail": Sentence(
        "You were already awarded this credit, for another store; each merchant receives it once.",
        next_steps.REVIEW,
    ),
    "merchant_once.unknown": Sentence(
        "Our team checks whether this store and another one belong to the same merchant, who receives the "
        "credit once.",
        next_steps.ASK,
    ),
    "account_once.pass": Sentence("This ad account has not received this credit before."),
    "account_once.pending": Sentence(
        "Earlier credit is checked once an ad account is linked.", next_steps.LINK
    ),
    "account_once.fail": Sentence(
        "This ad account was already awarded this credit; each account receives it once.", next_steps.REVIEW
    ),
    "account_once.unknown.business_center": Sentence(
        "Another ad account of the same Business Center was awarded this credit; our team decides.",
        next_steps.ASK,
    ),
    "account_once.unknown": Sentence(
        "We could not tell whether this ad account received this credit before.", next_steps.ASK
    ),
    "no_conflicting_promotion.pass": Sentence("No conflicting promotion is known for your ad account."),
    "no_conflicting_promotion.pending": Sentence(
        "Other promotions are checked once an ad account is linked.", next_steps.LINK
    ),
    "no_conflicting_promotion.fail": Sentence(
        "Your ad account takes part in a conflicting promotion.", next_steps.REVIEW
    ),
    "no_conflicting_promotion.unknown.foreign": Sentence(
        "Your ad account received ad credit from elsewhere since the offer opened; our team checks whether it "
        "conflicts.",
        next_steps.ASK,
    ),
    "no_conflicting_promotion.unknown": Sentence(
        "We could not tell whether your ad account takes part in another promotion.", next_steps.ASK
    ),
    "good_standing.pass": Sentence("Your ad account is enabled, and nothing is recorded against it."),
    "good_standing.pending.account": Sentence(
        "Your ad account's standing is checked once it is linked.", next_steps.LINK
    ),
    "good_standing.pending.review": Sentence(
        "TikTok is still reviewing your ad account.",
        "Wait for TikTok's review, or see Ads Manager for what it needs.",
    ),
    "good_standing.fail.safety": Sentence(
        "Your ad account was flagged for safety reasons.", next_steps.REVIEW
    ),
    "good_standing.fail.policy": Sentence(
        "A violation of TikTok's advertising policies is recorded for your ad account.", next_steps.REVIEW
    ),
    "good_standing.fail.suspended": Sentence("TikTok suspended your ad account.", next_steps.APPEAL),
    "good_standing.fail.closed": Sentence("Your ad account is closed at TikTok.", next_steps.APPEAL),
    "good_standing.fail.refused": Sentence("TikTok's review refused your ad account.", next_steps.APPEAL),
    "good_standing.unknown.status": Sentence(
        "The state of your ad account is not known yet.", next_steps.WAIT
    ),
    "good_standing.unknown.status.new": Sentence(
        "TikTok calls the state of your ad account {status}, a word that is new to us.", next_steps.ASK
    ),
    "good_standing.unknown": Sentence(
        "Your ad account's standing could not be checked in full yet.", next_steps.ASK
    ),
    "spend_reached.pass": Sentence("The spend that counts reached {threshold} within your spend period."),
    "spend_reached.pending.account": Sentence("Spend counts once an ad account is linked.", next_steps.LINK),
    "spend_reached.pending.set_up": Sentence(
        "Spend counts once the integration is set up and the ad account is linked.",
        "Finish the set-up of the integration and link your ad account.",
    ),
    "spend_reached.pending.start": Sentence(
        "Your spend period begins with the first spend that counts.", next_steps.LAUNCH
    ),
    "spend_reached.pending.start.waiting": Sentence(
        "Your spend period begins with the first spend that counts, and lasts {days} days.",
        "Wait with your campaign until your store has a place.",
    ),
    "spend_reached.pending.split": Sentence(
        "Your ad account spends; how much of that counts is not known yet.", next_steps.TOLD_SOON
    ),
    "spend_reached.pending.open": Sentence(
        "You have {qualifying} of the {threshold} needed by {last_date}.", next_steps.RUN
    ),
    "spend_reached.pending.open.waiting": Sentence(
        "You have {qualifying} of the {threshold} needed by {last_date}; your store has no place yet.",
        next_steps.NOT_CERTAIN,
    ),
    "spend_reached.pending.settling": Sentence(
        "Your spend period ended on {last_date}; TikTok's figures for its last days are not final yet.",
        "Nothing for you to do: figures are final about two days after each day.",
    ),
    "spend_reached.pending.bills": Sentence(
        "You spent {net} by {last_date}, which is enough, but not all of it is paid yet.",
        next_steps.PAY,
    ),
    "spend_reached.pending.refunded": Sentence(
        "You spent enough by {last_date}, but {refunded} of what you paid was refunded.",
        "Pay the bills that are open again in Ads Manager by {bills_until}, or ask for a review.",
    ),
    "spend_reached.fail.refunded": Sentence(
        "Your spend period ended on {last_date} with {qualifying}, because {refunded} of what you paid was "
        "refunded; {threshold} was needed.",
        next_steps.REVIEW,
    ),
    "spend_reached.fail": Sentence(
        "Your spend period ended on {last_date} with {qualifying}; {threshold} was needed.", next_steps.REVIEW
    ),
    "spend_reached.fail.unpaid": Sentence(
        "You spent {net} by {last_date}, but only {qualifying} of it was paid by {bills_until}; {threshold} was "
        "needed.",
        next_steps.REVIEW,
    ),
    "spend_reached.unknown.zone": Sentence(
        "What counts is not known yet, because the time zone of your ad account is not.", next_steps.WAIT
    ),
    "spend_reached.unknown.threshold.market": Sentence(
        "The offer has no amount to reach for the country of your ad account.", next_steps.REVIEW
    ),
    "spend_reached.unknown.threshold.currency": Sentence(
        "The offer has no amount to reach in the currency of your ad account.", next_steps.ASK
    ),
    "spend_reached.unknown.threshold.untold": Sentence(
        "Which amount you have to reach is not known yet, because the country or currency of your ad account "
        "is not.",
        next_steps.WAIT,
    ),
    "spend_reached.unknown.registration": Sentence(
        "When your spend period begins is not known yet, because the day your ad account was created is not.",
        next_steps.WAIT,
    ),
    "spend_reached.unknown.bill": Sentence(
        "One of your bills could not be read in full, so what was paid is not certain.", next_steps.ASK
    ),
    "spend_reached.unknown.provisional": Sentence(
        "Your spend reached {threshold}, but we could not confirm yet that it was paid.",
        "Our team confirms your paid bills. To speed it up, ask for a review and say when you paid which amount.",
    ),
    "credit_in_time.pass": Sentence("There is time: the credit of this offer can be used until {expires}."),
    "credit_in_time.pending": Sentence(
        "Your spend period is settled only after the credit expires on {expires}: only the highest tier can "
        "still be credited in time.",
        next_steps.HIGHEST,
    ),
    "credit_in_time.pending.late": Sentence(
        "Your spend period is settled only after the credit expires on {expires}, and the highest tier cannot be "
        "reached in time any more.",
        next_steps.NO_MORE,
    ),
    "credit_in_time.fail": Sentence("The credit of this offer expired on {expires}.", next_steps.NEXT_OFFER),
    "credit_in_time.unknown": Sentence(
        "Whether there is time is not known yet, because the time zone of your ad account is not.",
        next_steps.WAIT,
    ),
    "override.pass": Sentence("Our team decided on this rule ({rule}): met. Reason: {reason}"),
    "override.fail": Sentence(
        "Our team decided on this rule ({rule}): not met. Reason: {reason}", next_steps.REVIEW
    ),
}

# The subject of each rule that staff can override, for the sentences of overrides.
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
