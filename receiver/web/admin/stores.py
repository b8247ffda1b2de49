"""Stores: looked through by filters that stand in the address, and one store in full."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from receiver.container import current_container
from receiver.documents.troubles import short_staff_words, staff_words
from receiver.domain.store_filters import SCANNED_STORES, StoreCondition, StoreFilters
from receiver.domain.troubles import ADVICE, STAFF_ONLY, TROUBLES, Actor
from receiver.errors import InputError
from receiver.i18n.languages import LANGUAGES
from receiver.paging import Page
from receiver.services.stores.listing import STAGES, page_of_stores
from receiver.services.validation import LONGEST_FILTER
from receiver.web.admin.filters import refusal
from receiver.web.admin.sign_in import staff_only
from receiver.web.admin.store_page import mailto, store_page

store_pages = Blueprint("stores", __name__, url_prefix="/admin/stores", template_folder="templates")

PAGE = 50
LOOK_AGAIN_SECONDS = "3"  # while the worker does what was asked for
NAMES = ("text", "stage", "country", "condition")
CONDITIONS = {
    StoreCondition.CONNECTED: "connected",
    StoreCondition.IN_TROUBLE: "connection in trouble",
    StoreCondition.WEBHOOKS_OFF: "webhook off or changed",
    StoreCondition.CONSENT_LOST: "to be authorised again",
    StoreCondition.FIGURES_STALE: "figures stale",
    StoreCondition.CLOCK_OFF: "clock is off",
    StoreCondition.WAITING: "on the waiting list",
    StoreCondition.DISCONNECTED: "disconnected",
}
ASKED_FOR: dict[str, str] = {
    **{trouble: staff_words(trouble)[1] for trouble in TROUBLES if trouble not in ADVICE},
    **{str(item): words for item, words in CONDITIONS.items()},
}


# Troubles that nothing else in a row tells of: in words, and in the colour of whose turn it is.
TOLD_BY_CONDITIONS = ("store_", "webhook_", "clock_", "consent_", "figures_stale")
NOTED = {
    str(trouble): (
        short_staff_words(trouble),
        "theirs" if who is Actor.MERCHANT else "neutral" if who is Actor.NOBODY else "ours",
    )
    for trouble, who in TROUBLES.items()
    if trouble not in ADVICE | STAFF_ONLY and not trouble.startswith(TOLD_BY_CONDITIONS)
}


@store_pages.get("")
@staff_only
def show() -> str | tuple[str, int]:
    asked = {name: request.args[name].strip() for name in NAMES if request.args.get(name, "").strip()}
    after = request.args.get("after") or None
    container = current_container()
    try:
        found = page_of_stores(container.database, _filters(asked), after=after, limit=PAGE)
    except InputError as error:
        return _list_page(asked, Page(), refused=refusal(error)), 400
    return _list_page(asked, found)


@store_pages.get("/<store_id>")
@staff_only
def one(store_id: str) -> Response:
    language = request.args.get("letter", LANGUAGES[0])
    shown = store_page(current_container(), store_id, language if language in LANGUAGES else LANGUAGES[0])
    page = render_template("store.html", **shown, languages=LANGUAGES, mailto=mailto)
    answer = Response(page)
    connection = shown["connection"]
    if connection.get("look_asked_at") or connection.get("rotation_asked"):
        answer.headers["Refresh"] = LOOK_AGAIN_SECONDS
    return answer


def _filters(asked: dict[str, str]) -> StoreFilters:
    given: dict[str, Any] = dict(asked)
    if "country" in given:
        given["country"] = given["country"].upper()
    return StoreFilters(**given)


def _list_page(asked: dict[str, str], found: Page[dict[str, Any]], refused: str = "") -> str:
    return render_template(
        "stores.html",
        asked=asked,
        found=found,
        stages=STAGES,
        conditions=CONDITIONS,
        noted=NOTED,
        asked_for=ASKED_FOR,
        longest=LONGEST_FILTER,
        page_size=PAGE,
        looked_through=SCANNED_STORES,
        refused=refused,
    )
