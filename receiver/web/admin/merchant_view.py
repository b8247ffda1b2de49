"""A store as its merchant sees it: the document and sentences of the plugin's page, read-only.

The plugin's own labels come from its own translations. Buttons are left out: which one the plugin shows
depends on the store's own WordPress too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from babel import Locale
from flask import Blueprint, render_template, request

from receiver.container import current_container
from receiver.documents.status import full_document
from receiver.domain.troubles import OF_LOSS
from receiver.i18n.languages import LANGUAGES, reader_locale
from receiver.i18n.words import fill_text
from receiver.services.decisions.merchant_history import first_history_page
from receiver.services.decisions.status import status_of
from receiver.web.admin.sign_in import staff_only
from wp_bridge.plugin_words import plugin_words

merchant_views = Blueprint("merchant_view", __name__, url_prefix="/admin/stores", template_folder="templates")

# Labels as in the plugin, in its order.
OUTCOMES = {"fail": "Not met", "unknown": "Not known", "pending": "Not yet", "pass": "Met"}
ACTORS = {
    "merchant": "For you",
    "staff": "For our team",
    "service": "For the service",
    "nobody": "Good to know",
}
AWARD_STATES = {
    "due": "Due",
    "overdue": "Overdue",
    "issued": "Issued",
    "credited": "In your account",
    "expired": "Expired",
    "blocked": "Blocked",
}
PAYMENTS = {"manual": "manual", "automatic": "automatic"}
# During these troubles the plugin shows no pace, since current spend is not visible.
CUT_OFF = frozenset(OF_LOSS.values())
MOST_CHANGES = 20  # of the history


@merchant_views.get("/<store_id>/merchant-view")
@staff_only
def show(store_id: str) -> str:
    """Show a store as its merchant sees it; redeem codes stay masked.

    Writes nothing, and does not count as read by the merchant.
    """
    container = current_container()
    choice = request.args.get("language", LANGUAGES[0])
    language = choice if choice in LANGUAGES else LANGUAGES[0]
    locale = reader_locale([language])
    document = full_document(
        status_of(container, store_id),
        locale,
        mail_available=container.mail is not None,
        contact=container.settings.support_contact or None,
    )
    return render_template(
        "merchant_view.html",
        status=document,
        troubles=[trouble for trouble in document["troubles"] if trouble["text"] not in document["headline"]],
        rules=_rules_by_outcome(document),
        cut_off=any(trouble["id"] in CUT_OFF for trouble in document["troubles"]),
        market=_market(document),
        history=first_history_page(container.database, store_id, locale)[:MOST_CHANGES],
        language=language,
        languages=LANGUAGES,
        t=partial(plugin_words, language=language),
        format_value=_value_format(locale),
        outcomes=OUTCOMES,
        actors=ACTORS,
        award_states=AWARD_STATES,
        payments=PAYMENTS,
    )


def _rules_by_outcome(document: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    rules: dict[str, list[Mapping[str, Any]]] = {outcome: [] for outcome in OUTCOMES}
    for rule in document["rules"]:
        rules[rule["outcome"]].append(rule)
    return rules


def _market(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the market of the ad account's country, or else of the store's; None where there is no offer."""
    account = document["account"] or {}
    country = account.get("country") or document["store"]["country"]
    return next((market for market in document["programme"]["offer"] if market["country"] == country), None)


def _value_format(locale: Locale) -> Callable[..., str]:
    """Return a function that writes a date, a time or an amount of the document as its sentences do."""

    def write(text: str | None, currency: str | None = None) -> str:
        if text is None:
            return ""
        value: Any = Decimal(text) if currency else _moment(text)
        return fill_text("{value}", {"value": value, "currency": currency}, locale)

    return write


def _moment(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
