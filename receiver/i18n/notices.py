"""Words of changes, notices, and the e-mails and pages about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale

from receiver.i18n.languages import ENGLISH, translate
from receiver.i18n.sentences import RULE_NAMES
from receiver.i18n.words import fill_text

HISTORY: Mapping[str, str] = {
    "stage.not_admitted": "Your store waits for a place in the offer.",
    "stage.awaiting_setup": "The TikTok integration is the next thing to set up.",
    "stage.awaiting_link": "The integration is set up; your TikTok ad account is the next thing to link.",
    "stage.awaiting_spend": "Your TikTok ad account is linked; no spend counts yet.",
    "stage.accumulating": "Your spend counts.",
    "stage.settling": "Your spend period ended; its last figures are not final yet.",
    "stage.due": "Your ad credit was awarded.",
    "stage.issued": "Your ad credit was issued.",
    "stage.credited": "Your ad credit arrived.",
    "stage.expired": "Your ad credit expired.",
    "stage.blocked": "Our team stopped your ad credit.",
    "stage.programme_over": "The offer is over for your store.",
    "stage.ended": "Your spend period ended, and no tier was reached.",
    "stage.ineligible": "A rule of the offer is not met.",
    "stage.held": "Your spend reached a tier; something has to be settled before the credit is issued.",
    "window.began": "Your spend period began on {first_date}; it ends on {last_date}.",
    "tier.reached": "Your spend reached {threshold}: that tier brings {credit} of credit.",
    "tier.lost": "Your spend is below {threshold} again.",
    "rule.pass": "Met: {rule}.",
    "rule.fail": "Not met: {rule}.",
    "rule.pending": "Open: {rule}.",
    "rule.unknown": "Not known: {rule}.",
    "consent.pass": "You let us read your ad account.",
    "consent.unknown": "We cannot read your ad account any more.",
}

NOTICES: Mapping[str, str] = {
    "near_tier": "You are near a tier: {remaining} more by {by} earns {credit} of ad credit in all.",
    "window_ends": "Not many days are left: {remaining} more by {by} earns {credit} of ad credit in all.",
    "bill_deadline": "Pay {remaining} more of your bills by {by}: that earns {credit} of ad credit in all.",
    "consent_lost": "We cannot read your ad account any more. Connect TikTok again on the plugin's page.",
    "credit_due": "You earned {credit} of ad credit; you receive it by {due_by}.",
    "credit_overdue": "Your ad credit of {credit} was due by {due_by}, and that date has passed. Our "
    "team sees this.",
    "credit_issued": "Your ad credit of {credit} was issued. Look for it in Ads Manager.",
    "address_changed": "Your store's address changed from {old} to {address}, and we followed it. If your "
    "store has not moved, write to our team.",
    "messages_held": "Your store names another address as its own, so its messages are held. The plugin's "
    "page says what to do.",
    "keys_left": "Our connection to your store has ended, and we have deleted our copy of its keys. "
    "WooCommerce lets no app remove its own key. To remove it, open Settings, Advanced, REST API in "
    "WooCommerce, and revoke each key whose description begins with TikTok ad credit.",
    "credit_expiring": "Your ad credit of {credit} expires on {expires}. Use it before then.",
}

MAILS: Mapping[str, str] = {
    "subject": "TikTok ad credit: news for {shop}",
    "footer": "You get this e-mail because you asked for it at {shop}. To get no more of them: {link}",
    "confirm_subject": "TikTok ad credit: confirm this address",
    "confirm": "Somebody at {shop} asked for news of its TikTok ad credit at this address. If you want that, "
    "confirm it within two days: {link} If not, do nothing, and nothing more is sent.",
}

# The message that staff send a merchant themselves (documents/merchant_message.py).
LETTER: Mapping[str, str] = {
    "subject": "TikTok ad credit of {shop}",
    "greeting": "Hello,",
    "about": "We write to you about the TikTok ad credit of {shop}.",
    "connect": "Connect your store here: {link}",
    "page": "The plugin's page in your store shows the same, with the button for it: {link}",
    "help": "If anything is unclear, answer this message.",
}

MAIL_PAGES: Mapping[str, str] = {
    "title": "E-mails about your ad credit",
    "confirm_ask": "Do you want news of the ad credit of {shop} sent to this address?",
    "confirm_button": "Confirm address",
    "confirm_done": "The address is confirmed. A link in each e-mail stops them at any time.",
    "stop_ask": "Do you want no more e-mails about the ad credit of {shop}?",
    "stop_button": "Stop e-mails",
    "stop_done": "No more e-mails are sent to this address.",
    "over": "This link does not count any more. Ask for e-mails, or stop them, on the plugin's page.",
}


def history_words(message_id: str, params: Mapping[str, Any], locale: Locale = ENGLISH) -> str:
    """Return what changed, in a sentence."""
    rule = params.get("rule")
    if rule is not None:
        params = {**params, "rule": translate(f"rule.{rule}:name", RULE_NAMES[rule], locale)}
    return _fill(f"{message_id}:history", HISTORY[message_id], params, locale)


def notice_words(kind: str, params: Mapping[str, Any], locale: Locale = ENGLISH) -> str:
    """Return the sentence of a notice."""
    return _fill(f"{kind}:notice", NOTICES[kind], params, locale)


def mail_words(part: str, params: Mapping[str, Any], locale: Locale = ENGLISH) -> str:
    """Return a part of an e-mail to a merchant."""
    return _fill(f"{part}:mail", MAILS[part], params, locale)


def letter_words(part: str, params: Mapping[str, Any], locale: Locale = ENGLISH) -> str:
    """Return a part of a message that staff send a merchant."""
    return _fill(f"{part}:letter", LETTER[part], params, locale)


def mail_page_words(part: str, params: Mapping[str, Any], locale: Locale = ENGLISH) -> str:
    """Return a text of the pages that the links in e-mails lead to."""
    return _fill(f"{part}:mail_page", MAIL_PAGES[part], params, locale)


def _fill(name: str, english: str, params: Mapping[str, Any], locale: Locale) -> str:
    return fill_text(translate(name, english, locale), params, locale)
