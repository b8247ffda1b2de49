"""The values that the page of a store shows, in the order of the page."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urljoin

from babel import Locale
from flask import url_for

from receiver.container import Container
from receiver.documents.discrepancies import discrepancy_words
from receiver.documents.flags import flag_words
from receiver.documents.merchant_message import MerchantMessage, merchant_message
from receiver.documents.spend_timeline import spend_timeline
from receiver.documents.status import Status, full_document
from receiver.documents.troubles import staff_words
from receiver.domain.awards import AwardState
from receiver.domain.decision import Stage
from receiver.domain.troubles import TroubleId
from receiver.i18n.languages import reader_locale
from receiver.services.awards.listing import show_award
from receiver.services.connections.claims import claims_of_store
from receiver.services.connections.show import connection_document, last_contact
from receiver.services.decisions.history import page_of_decisions
from receiver.services.decisions.status import status_of
from receiver.services.polling.spend import poll_of
from receiver.services.stores.history import store_history
from receiver.services.stores.links import page_of_links
from receiver.services.stores.merge import merchant_of
from receiver.services.stores.show import show_store
from receiver.web.admin.chart import spend_charts
from receiver.web.admin.claims import CLAIM_REASONS
from receiver.web.admin.history_words import act_words, note_words
from receiver.web.admin.key_dates import key_dates
from receiver.web.admin.open_rules import count_open_at_once, met_rules, open_rules, open_words

MOST_DECISIONS = MOST_LINKS = 10  # the newest
MOST_HISTORY = 20  # entries of the history
PLUGIN_PAGE = "wp-admin/admin.php?page=wc-ad-credit"  # of a WordPress at the store's address


def store_page(container: Container, store_id: str, letter_language: str) -> dict[str, Any]:
    """Return the values of the page's template. Raises NotFound."""
    database = container.database
    status = status_of(container, store_id)
    document = full_document(status)
    connection = connection_document(database, store_id)
    store = show_store(database, store_id)
    not_met = open_rules(status.decision, document)
    return {
        "status": document,
        "store": store,
        "troubles": _troubles(status, document),
        "discrepancies": discrepancy_words(status.observed.discrepancies),
        "staff_words": staff_words,
        "open_rules": not_met,
        "open_at_once": count_open_at_once(not_met),
        "open_words": open_words(not_met, len(status.decision.rules)),
        "met_rules": met_rules(status.decision, document),
        "dates": key_dates(status.decision, document),
        "letter": _letter(status, store.url, bool(connection["connected_at"]), letter_language),
        "letter_language": letter_language,
        "award": _award(container, document),
        **_spend(status),
        "connection": connection,
        "traffic": last_contact(container, store_id),
        "claims": claims_of_store(database, store_id),
        "claim_reasons": CLAIM_REASONS,
        "claimed_account": status.decision.claimed_account,
        "poll": _poll(container, status),
        "links": page_of_links(database, store_id, limit=MOST_LINKS).rows,
        "merchant": merchant_of(database, store_id),
        "history": store_history(database, store_id, limit=MOST_HISTORY),
        "decisions": page_of_decisions(database, store_id, limit=MOST_DECISIONS).rows,
        "act_words": act_words,
        "note_words": note_words,
        "flag_words": flag_words,
    }


def mailto(message: MerchantMessage) -> str:
    """Return a mailto: address with the message; the recipient is left open."""
    body = message.body.replace("\n", "\r\n")
    return f"mailto:?subject={quote(message.subject)}&body={quote(body)}"


def _troubles(status: Status, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the troubles that neither the headline nor, while an award is held, an open rule names."""
    is_held = status.decision.stage is Stage.HELD
    return [
        trouble
        for trouble in document["troubles"]
        if trouble["text"] not in document["headline"]
        and not (is_held and trouble["id"] == TroubleId.AWARD_HELD)
    ]


def _letter(status: Status, url: str, is_connected: bool, language: str) -> MerchantMessage:
    locale: Locale = reader_locale([language])
    connect = url_for("shop.ask", shop=url, _external=True)
    link = urljoin(url, PLUGIN_PAGE) if is_connected else connect
    document = full_document(status, locale)
    return merchant_message(document, link=link, is_connected=is_connected, locale=locale)


def _award(container: Container, document: dict[str, Any]) -> dict[str, Any] | None:
    """Return the award of the status document; for a blocked one with the reason for staff."""
    award = document["award"]
    if award is None or award["id"] is None:
        return award and {**award, "block_reason": None}
    is_blocked = award["state"] == AwardState.BLOCKED
    stored = show_award(container, award["id"]) if is_blocked else {}
    return {**award, "block_reason": stored.get("block_reason")}


def _spend(status: Status) -> dict[str, Any]:
    timeline = spend_timeline(status.decision)
    return {"timeline": timeline, "charts": spend_charts(timeline, status.store_name) if timeline else ()}


def _poll(container: Container, status: Status) -> dict[str, Any] | None:
    account = status.decision.account
    if account is None or not account.consent or account.advertiser_id is None:
        return None
    return poll_of(container.database, account.advertiser_id)
