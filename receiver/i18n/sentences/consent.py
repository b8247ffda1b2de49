"""The pages on which an advertiser gives TikTok's consent."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.i18n.sentences import next_steps
from receiver.i18n.sentences.sentence import Sentence

# Each page of the consent flow: a step, an outcome, or the reason why this browser may not go on.
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
    "not_enough": Sentence(
        "TikTok did not give us what we need to read your spend: {missing}.", next_steps.ALL_TICKED
    ),
    "cancelled": Sentence("You cancelled on TikTok's page. Nothing was changed.", next_steps.AGAIN),
    "refused": Sentence("TikTok says that its answer is too old or was used already.", next_steps.AGAIN),
    "fault": Sentence(
        "TikTok does not answer as it should right now. Nothing was changed.", "Try again in a few minutes."
    ),
    "not_set_up": Sentence(
        "Connecting to TikTok is not set up on our side yet. Nothing was changed.",
        "Ask our team: trying again does not help until they have set it up.",
    ),
    "expired": Sentence("This page is too old. Nothing was changed.", next_steps.FROM_STORE),
    "ticket_unknown": Sentence("This address is not one of ours, or not all of it.", next_steps.FROM_STORE),
    "ticket_used": Sentence("This address was opened in another browser already.", next_steps.FROM_STORE),
    "state_unknown": Sentence(
        "This answer from TikTok was used already, or is too old.",
        "Go back to your store's page: it says whether TikTok is connected.",
    ),
    "wrong_browser": Sentence(
        "This was begun in another browser, so nothing was linked.",
        "If somebody sent you an address of TikTok's, do not open it again: your ad account would have been "
        "linked to their store.",
    ),
    "not_yours": Sentence("This page belongs to another browser, or is too old.", next_steps.FROM_STORE),
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

# The names on TikTok's consent page, with the purpose of each.
PERMISSIONS: Mapping[str, str] = {
    "reports": "Reporting (what your ad account spent)",
    "account": "Ad Account Information (its country, currency and state)",
    "money": "Ad Account Balance and Transaction (what you paid)",
}
