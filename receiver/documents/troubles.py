"""The troubles of a store in words: for its merchant in the status document, and for staff in their lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale

from receiver.documents.times import time_text
from receiver.domain.troubles import ActiveTrouble, TroubleId
from receiver.i18n.languages import ENGLISH
from receiver.i18n.sentences import Sentence
from receiver.i18n.words import contact_words, trouble_words

ANSWERED_BY_STAFF = frozenset({TroubleId.SIGNALS_HELD, TroubleId.STORE_ELSEWHERE, TroubleId.ADDRESS_CHANGED})
# A trouble's name for one store and for several, and what staff do about it.
FOR_STAFF: Mapping[TroubleId, tuple[str, str, str]] = {
    TroubleId.AWARD_OVERDUE: ("award overdue", "awards overdue", "Issue the credit, then record it."),
    TroubleId.AWARD_HELD: (
        "award held",
        "awards held",
        "An award is earned, and an unknown stops it: record the fact.",
    ),
    TroubleId.AWARD_FLAGGED: (
        "award flagged",
        "awards flagged",
        "Facts have changed since it was decided: see the award.",
    ),
    TroubleId.MERCHANTS_ALIKE: (
        "store perhaps of a merchant with an award",
        "stores perhaps of a merchant with an award",
        "No award until you merge the merchants or keep them apart, on the store's page.",
    ),
    TroubleId.READING_REFUSED: (
        "store whose figures TikTok refuses us",
        "stores whose figures TikTok refuses us",
        "Our settings or code are the cause: see the error on the store's page.",
    ),
    TroubleId.FIGURES_STALE: (
        "store whose figures are stale",
        "stores whose figures are stale",
        "See why the account could not be read.",
    ),
    TroubleId.CURRENCY_DIFFERS: (
        "store whose report is not in its account's currency",
        "stores whose reports are not in their accounts' currency",
        "Nothing of such a report counts: see the error on the store's page, and ask TikTok.",
    ),
    TroubleId.FIGURES_INCOMPLETE: (
        "store whose report lacks dates that had figures",
        "stores whose report lacks dates that had figures",
        "The figures read before are kept: compare the sources, and ask TikTok.",
    ),
    TroubleId.STATUS_UNKNOWN: (
        "ad account in a state that is new to us",
        "ad accounts in a state that is new to us",
        "See TikTok's documentation, then override good_standing.",
    ),
    TroubleId.BILL_UNREADABLE: (
        "store with a bill that cannot be read in full",
        "stores with a bill that cannot be read in full",
        "See the bill in Ads Manager, then record paid_bills_confirmed and payment.",
    ),
    TroubleId.FIGURES_APART: (
        "store whose figures differ",
        "stores whose figures differ",
        "Compare the sources on the store's page, then record how it pays.",
    ),
    TroubleId.NO_CASH_SPEND: (
        "store that spends without cash",
        "stores that spend without cash",
        "Compare the sources on the store's page, then record how it pays.",
    ),
    TroubleId.PAYMENT_CONTRADICTED: (
        "store whose ledger contradicts how it pays",
        "stores whose ledger contradicts how they pay",
        "Look into Ads Manager, then record payment.",
    ),
    TroubleId.SIGNALS_REFUSED: (
        "store whose messages have a wrong signature",
        "stores whose messages have a wrong signature",
        "Set the store's secret, under Connection on its page; Problems has what is held.",
    ),
    TroubleId.SIGNALS_UNREADABLE: (
        "store whose messages cannot be read",
        "stores whose messages cannot be read",
        "See why, and who must act, in Problems.",
    ),
    TroubleId.SIGNALS_OUTDATED: (
        "store with an old version of our plugin",
        "stores with an old version of our plugin",
        "The merchant updates the plugin: the store's page has a message to send.",
    ),
    TroubleId.SIGNALS_HELD: (
        "store whose messages come from another address",
        "stores whose messages come from another address",
        "Staging copy? Nothing to do. Moved? Change the store's address, under Connection on its page.",
    ),
    TroubleId.SIGNALS_FELL_BACK: (
        "store whose messages count from an earlier number",
        "stores whose messages count from an earlier number",
        "It was perhaps restored from a backup: its state is read where we hold keys, and three "
        "messages that agree are believed. To go on sooner, begin its sequence anew on its page.",
    ),
    TroubleId.ACCOUNT_MISSING: (
        "ad account that TikTok does not know",
        "ad accounts that TikTok does not know",
        "The merchant links another one; poll it by hand if TikTok was wrong.",
    ),
    TroubleId.ACCOUNT_UNREACHABLE: (
        "ad account that our token does not reach",
        "ad accounts that our token does not reach",
        "The merchant connects TikTok again; poll it by hand once access is back.",
    ),
    TroubleId.CONSENT_WITHDRAWN: (
        "authorization withdrawn",
        "authorizations withdrawn",
        "The merchant connects TikTok again on the plugin's page.",
    ),
    TroubleId.CONSENT_EXPIRED: (
        "authorization expired",
        "authorizations expired",
        "The merchant connects TikTok again on the plugin's page.",
    ),
    TroubleId.WEBHOOK_PAUSED: (
        "store with a paused webhook",
        "stores with a paused webhook",
        "The merchant sets it to Active in WooCommerce.",
    ),
    TroubleId.WEBHOOK_MUTE: (
        "store with a webhook that cannot fire",
        "stores with a webhook that cannot fire",
        "The merchant updates WooCommerce and our plugin.",
    ),
    TroubleId.CLOCK_AHEAD: (
        "store whose clock is ahead",
        "stores whose clock is ahead",
        "The merchant's host sets it right.",
    ),
    TroubleId.CLOCK_BEHIND: (
        "store whose clock is behind",
        "stores whose clock is behind",
        "The merchant's host sets it right.",
    ),
}
OF_A_STORE = ("store whose ", "store with a ", "store: it ", "store that ", "store ")
_SHOP: Mapping[TroubleId, str] = {
    TroubleId.STORE_UNREACHABLE: "cannot be reached",
    TroubleId.STORE_NOT_HTTPS: "does not use https",
    TroubleId.STORE_NOT_WORDPRESS: "does not answer with WordPress's REST API",
    TroubleId.STORE_NO_WOOCOMMERCE: "has no WooCommerce",
    TroubleId.STORE_NO_PERMALINKS: "uses plain permalinks",
    TroubleId.STORE_NO_KEY_PAGE: "blocks the page on which WooCommerce hands out keys",
    TroubleId.STORE_KEYS_REFUSED: "refuses our keys",
    TroubleId.STORE_KEYS_TOO_WEAK: "gave us keys that are too weak",
    TroubleId.STORE_BUSY: "is busy for a day",
    TroubleId.STORE_MALFORMED: "answers what is not WooCommerce's",
    TroubleId.STORE_TOO_OLD: "has a WooCommerce that is too old",
    TroubleId.STORE_ELSEWHERE: "leads to another address, or calls another one its home",
    TroubleId.STORE_NO_COMPANION: "has no plugin of ours",
    TroubleId.STORE_DISCONNECTED: "was disconnected in our plugin",
}


def staff_words(trouble_id: TroubleId) -> tuple[str, str, str]:
    """Return a trouble's name for one store and for several, and what to do about it."""
    if trouble_id in _SHOP:
        what = _SHOP[trouble_id]
        return f"store: it {what}", f"stores: each {what}", "See its page, and tell the merchant."
    return FOR_STAFF[trouble_id]


def short_staff_words(trouble_id: TroubleId) -> str:
    """Return a trouble in words that follow the store's name."""
    words = staff_words(trouble_id)[0]
    for opening in OF_A_STORE:
        if words.startswith(opening):
            return words.removeprefix(opening)
    return words


def trouble_document(
    trouble: ActiveTrouble, locale: Locale = ENGLISH, contact: str | None = None
) -> dict[str, Any]:
    """Return a trouble as the status document has it; `contact`: where merchants can write to staff."""
    words = _words(trouble, locale, contact)
    return {
        "id": trouble.id,
        "who": trouble.who.value,
        "text": words.text,
        "next_step": words.next_step,
        "since": trouble.since and time_text(trouble.since),
    }


def warning_document(
    trouble: ActiveTrouble, locale: Locale = ENGLISH, contact: str | None = None
) -> dict[str, Any]:
    """Return a trouble as a warning to the merchant."""
    words = _words(trouble, locale, contact)
    return {"id": trouble.id, "text": words.text, "next_step": words.next_step}


def _words(trouble: ActiveTrouble, locale: Locale, contact: str | None) -> Sentence:
    """Return a trouble's words; with `contact` where the merchant's answer lets staff end it."""
    words = trouble_words(trouble.id, trouble.params, locale)
    if contact is None or trouble.id not in ANSWERED_BY_STAFF:
        return words
    return Sentence(words.text, f"{words.next_step} {contact_words(contact, locale)}")
