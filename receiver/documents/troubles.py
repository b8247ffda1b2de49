"""The troubles of a store in words: for its merchant in the status document, and for staff in their lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale

from receiver.documents.times import time_text
from receiver.domain.troubles import FoundTrouble
from receiver.i18n.languages import ENGLISH
from receiver.i18n.sentences import Sentence
from receiver.i18n.words import contact_words, trouble_words

ANSWERED_BY_STAFF = frozenset({"signals_held", "store_elsewhere", "address_changed"})
# For staff, of one store and of several, and what to do about it.
FOR_STAFF: Mapping[str, tuple[str, str, str]] = {
    "award_overdue": ("award overdue", "awards overdue", "Issue the credit, then record it."),
    "award_held": (
        "award held",
        "awards held",
        "An award is earned, and an unknown stops it: record the fact.",
    ),
    "award_flagged": (
        "award flagged",
        "awards flagged",
        "Facts have changed since it was decided: see the award.",
    ),
    "merchants_alike": (
        "store perhaps of a merchant with an award",
        "stores perhaps of a merchant with an award",
        "No award until you merge the merchants or keep them apart, on the store's page.",
    ),
    "reading_refused": (
        "store whose figures TikTok refuses us",
        "stores whose figures TikTok refuses us",
        "Our settings or code are the cause: see the error on the store's page.",
    ),
    "figures_stale": (
        "store whose figures are stale",
        "stores whose figures are stale",
        "See why the account could not be read.",
    ),
    "currency_differs": (
        "store whose report is not in its account's currency",
        "stores whose reports are not in their accounts' currency",
        "Nothing of such a report counts: see the error on the store's page, and ask TikTok.",
    ),
    "figures_incomplete": (
        "store whose report lacks dates that had figures",
        "stores whose report lacks dates that had figures",
        "The figures read before are kept: compare the sources, and ask TikTok.",
    ),
    "status_unknown": (
        "ad account in a state that is new to us",
        "ad accounts in a state that is new to us",
        "See TikTok's documentation, then override good_standing.",
    ),
    "bill_unreadable": (
        "store with a bill that cannot be read in full",
        "stores with a bill that cannot be read in full",
        "See the bill in Ads Manager, then record paid_bills_confirmed and payment.",
    ),
    "figures_apart": (
        "store whose figures differ",
        "stores whose figures differ",
        "Compare the sources on the store's page, then record how it pays.",
    ),
    "no_cash_spend": (
        "store that spends without cash",
        "stores that spend without cash",
        "Compare the sources on the store's page, then record how it pays.",
    ),
    "payment_contradicted": (
        "store whose ledger contradicts how it pays",
        "stores whose ledger contradicts how they pay",
        "Look into Ads Manager, then record payment.",
    ),
    "signals_refused": (
        "store whose messages have a wrong signature",
        "stores whose messages have a wrong signature",
        "Set the store's secret, then check again: see Problems.",
    ),
    "signals_unreadable": (
        "store whose messages cannot be read",
        "stores whose messages cannot be read",
        "See why, and who must act, in Problems.",
    ),
    "signals_held": (
        "store whose messages come from another address",
        "stores whose messages come from another address",
        "Staging copy? Nothing to do. Moved? Change the store's address: see Problems.",
    ),
    "signals_fell_back": (
        "store whose messages count from an earlier number",
        "stores whose messages count from an earlier number",
        "It was perhaps restored from a backup: its state is read where we hold keys, and three "
        "messages that agree are believed. To go on sooner, begin its sequence anew on its page.",
    ),
    "account_missing": (
        "ad account that TikTok does not know",
        "ad accounts that TikTok does not know",
        "The merchant links another one; poll it by hand if TikTok was wrong.",
    ),
    "account_unreachable": (
        "ad account that our token does not reach",
        "ad accounts that our token does not reach",
        "The merchant connects TikTok again; poll it by hand once access is back.",
    ),
    "consent_withdrawn": (
        "authorization withdrawn",
        "authorizations withdrawn",
        "The merchant connects TikTok again on the plugin's page.",
    ),
    "consent_expired": (
        "authorization expired",
        "authorizations expired",
        "The merchant connects TikTok again on the plugin's page.",
    ),
    "webhook_paused": (
        "store with a paused webhook",
        "stores with a paused webhook",
        "The merchant sets it to Active in WooCommerce.",
    ),
    "webhook_mute": (
        "store with a webhook that cannot fire",
        "stores with a webhook that cannot fire",
        "The merchant updates WooCommerce and our plugin.",
    ),
    "clock_ahead": (
        "store whose clock is ahead",
        "stores whose clock is ahead",
        "The merchant's host sets it right.",
    ),
    "clock_behind": (
        "store whose clock is behind",
        "stores whose clock is behind",
        "The merchant's host sets it right.",
    ),
}
OF_A_STORE = ("store whose ", "store with a ", "store: it ", "store that ", "store ")
_SHOP = {
    "store_unreachable": "cannot be reached",
    "store_not_https": "does not use https",
    "store_not_wordpress": "does not answer with WordPress's REST API",
    "store_no_woocommerce": "has no WooCommerce",
    "store_no_permalinks": "uses plain permalinks",
    "store_no_key_page": "blocks the page on which WooCommerce hands out keys",
    "store_keys_refused": "refuses our keys",
    "store_keys_too_weak": "gave us keys that are too weak",
    "store_busy": "is busy for a day",
    "store_malformed": "answers what is not WooCommerce's",
    "store_too_old": "has a WooCommerce that is too old",
    "store_elsewhere": "leads to another address, or calls another one its home",
    "store_no_companion": "has no plugin of ours",
    "store_disconnected": "was disconnected in our plugin",
}


def staff_words(trouble_id: str) -> tuple[str, str, str]:
    """Return what a trouble is called of one store and of several, and what to do about it."""
    if trouble_id in _SHOP:
        what = _SHOP[trouble_id]
        return f"store: it {what}", f"stores: each {what}", "See its page, and tell the merchant."
    return FOR_STAFF[trouble_id]


def short_staff_words(trouble_id: str) -> str:
    """Return what is wrong of a store, where its name stands beside it."""
    words = staff_words(trouble_id)[0]
    for opening in OF_A_STORE:
        if words.startswith(opening):
            return words.removeprefix(opening)
    return words


def trouble_document(
    trouble: FoundTrouble, locale: Locale = ENGLISH, contact: str | None = None
) -> dict[str, Any]:
    """Return a trouble as the status document tells it; `contact`: where merchants can write to staff."""
    words = _words(trouble, locale, contact)
    return {
        "id": trouble.id,
        "who": trouble.who.value,
        "text": words.text,
        "next_step": words.next_step,
        "since": trouble.since and time_text(trouble.since),
    }


def warning_document(
    trouble: FoundTrouble, locale: Locale = ENGLISH, contact: str | None = None
) -> dict[str, Any]:
    """Return a trouble as a warning to the merchant."""
    words = _words(trouble, locale, contact)
    return {"id": trouble.id, "text": words.text, "next_step": words.next_step}


def _words(trouble: FoundTrouble, locale: Locale, contact: str | None) -> Sentence:
    """With the address to write to, where staff must act and the merchant knows what they need."""
    words = trouble_words(trouble.id, trouble.params, locale)
    if contact is None or trouble.id not in ANSWERED_BY_STAFF:
        return words
    return Sentence(words.text, f"{words.next_step} {contact_words(contact, locale)}")
