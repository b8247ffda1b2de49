"""The warnings on the way to a tier, and the troubles of a store."""

from __future__ import annotations

from collections.abc import Mapping

from receiver.i18n.sentences import next_steps
from receiver.i18n.sentences.sentence import Sentence

WARNINGS: Mapping[str, Sentence] = {
    "window_outlives_credit": Sentence(
        "Your spend period is settled too late for the credit, which expires on {expires}: only the highest tier "
        "can still be credited in time.",
        next_steps.HIGHEST,
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
    "too_late_to_begin": Sentence(next_steps.TOO_LATE, next_steps.NO_MORE),
    "nothing_more_in_time": Sentence(
        "No further tier can be credited before the credit of this offer expires on {expires}.",
        next_steps.NO_MORE,
    ),
}

# A store's troubles (domain/troubles.py) in words for its merchant.
TROUBLES: Mapping[str, Sentence] = {
    "award_overdue": Sentence(
        "Your ad credit was due by {due_by}, and that date has passed.", next_steps.ISSUE
    ),
    "award_held": Sentence("Your award waits for an open point.", next_steps.TEAM),
    "award_flagged": Sentence(
        "Something has changed since your credit was awarded; the award stands as it was recorded.",
        next_steps.TEAM,
    ),
    "merchants_alike": Sentence(
        "Our team checks whether this store and another one belong to the same merchant.", next_steps.TEAM
    ),
    "reading_refused": Sentence(
        "We cannot read your ad account now, for a reason on our side. What we had read stays.",
        next_steps.OURS,
    ),
    "figures_stale": Sentence(
        "TikTok's figures could not be read when their turn was. What we had read stays.", next_steps.OURS
    ),
    "currency_differs": Sentence(
        "TikTok's report is not in the currency of your ad account, so that nothing of it counts yet.",
        next_steps.TEAM,
    ),
    "figures_incomplete": Sentence(
        "TikTok's report lacks dates that had figures before. What we had read of them stays.",
        next_steps.TEAM,
    ),
    "status_unknown": Sentence(
        "TikTok calls the state of your ad account {status}, a word that is new to us.", next_steps.TEAM
    ),
    "bill_unreadable": Sentence(
        "One of your bills could not be read in full, so how much counts is not known yet.", next_steps.TEAM
    ),
    "figures_apart": Sentence("TikTok's figures of your ad account contradict each other.", next_steps.TEAM),
    "no_cash_spend": Sentence(
        "TikTok shows spend of your ad account, and that cash pays none of it.", next_steps.TEAM
    ),
    "payment_contradicted": Sentence(
        "TikTok's ledger shows another way of paying than the one recorded for your ad account.",
        next_steps.TEAM,
    ),
    "signals_refused": Sentence(
        "The signature of your store's messages does not fit.", next_steps.CHECK_MESSAGES
    ),
    "signals_unreadable": Sentence("A message of your store could not be read.", next_steps.CHECK_MESSAGES),
    "signals_outdated": Sentence(
        "Your store runs an old version of our plugin, whose messages can no longer be used.",
        next_steps.UPDATE,
    ),
    "signals_held": Sentence(
        "Your store's messages name another address as its home, so they are held.", next_steps.MOVED
    ),
    "signals_held.at": Sentence(
        "Your store's messages name another address as its home, {address}, so they are held.",
        next_steps.MOVED,
    ),
    "signals_fell_back": Sentence(
        "Your store's messages count from an earlier number, as after a restored backup.",
        next_steps.CHECK_MESSAGES,
    ),
    "address_changed": Sentence(
        "Your store's address changed from {old} to {address}. We followed it, and all goes on as before.",
        next_steps.NOT_MOVED,
    ),
    "keys_left": Sentence(
        "Our connection to your store has ended and we have deleted our copy of its keys, but WooCommerce lets no "
        "app remove its own key: it is still listed in your store.",
        next_steps.REVOKE,
    ),
    "account_missing": Sentence(
        "TikTok says that your ad account does not exist. What we had read stays; what you spend now does "
        "not show.",
        next_steps.LINK_OTHER,
    ),
    "account_unreachable": Sentence(
        "The authorization does not reach your ad account any more. What we had read stays; what you spend "
        "now does not show.",
        next_steps.WITH_ACCESS,
    ),
    "consent_withdrawn": Sentence(
        "The authorization to read your ad account was withdrawn. What we had read stays; what you spend now "
        "does not show.",
        next_steps.CONNECT_AGAIN,
    ),
    "consent_expired": Sentence(
        "The authorization to read your ad account has expired. What we had read stays; what you spend now "
        "does not show.",
        next_steps.CONNECT_AGAIN,
    ),
}

# What keeps us from a store (wp_bridge.errors.StoreTrouble): on the pages of connecting, and later as a warning.
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

# A store's clock skew, which `skew` holds.
CLOCK_TROUBLES: Mapping[str, Sentence] = {
    "clock_ahead": Sentence(
        "Your store's clock is {skew} ahead of ours: dates that it tells us are not relied on.",
        next_steps.CLOCK,
    ),
    "clock_behind": Sentence(
        "Your store's clock is {skew} behind ours: dates that it tells us are not relied on.",
        next_steps.CLOCK,
    ),
}

# The problems of our webhooks at a store that we cannot repair (domain/store_webhooks.py).
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
