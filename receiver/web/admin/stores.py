"""Pages of stores: the list, searched by filters in the address, and each in full."""

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
from receiver.services.stores import listing
from receiver.services.stores.listing import STAGES, page_of_stores
from receiver.services.validation import LONGEST_FILTER
from receiver.web.admin.filters import read_choice, refusal
from receiver.web.admin.sign_in import staff_only
from receiver.web.admin.store_page import mailto, store_page

store_pages = Blueprint("stores", __name__, url_prefix="/admin/stores", template_folder="templates")

PAGE = 50
REFRESH_SECONDS = "3"  # while the worker carries out a request
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
CONDITION_CHOICES: dict[str, str] = {
    **{trouble: staff_words(trouble)[1] for trouble in TROUBLES if trouble not in ADVICE},
    **{str(item): words for item, words in CONDITIONS.items()},
}


# Labels and badge colours of the troubles that no condition of a row covers.
SHOWN_BY_CONDITIONS = ("store_", "webhook_", "clock_", "consent_", "figures_stale")
TROUBLE_BADGES = {
    str(trouble): (
        short_staff_words(trouble),
        "theirs" if who is Actor.MERCHANT else "neutral" if who is Actor.NOBODY else "ours",
    )
    for trouble, who in TROUBLES.items()
    if trouble not in ADVICE | STAFF_ONLY and not trouble.startswith(SHOWN_BY_CONDITIONS)
}


@store_pages.get("")
@staff_only
def show() -> str | tuple[str, int]:
    """List the stores that match the filters in the address."""
    query = {name: request.args[name].strip() for name in NAMES if request.args.get(name, "").strip()}
    after = request.args.get("after") or None
    container = current_container()
    try:
        page = page_of_stores(container.database, _filters(query), after=after, limit=PAGE)
    except InputError as error:
        return _list_page(query, Page(), refused=refusal(error)), 400
    return _list_page(query, page)


@store_pages.get("/<store_id>")
@staff_only
def store(store_id: str) -> Response:
    """Show a store in full; the page reloads itself while the worker does what was requested."""
    language = request.args.get("letter", LANGUAGES[0])
    values = store_page(current_container(), store_id, language if language in LANGUAGES else LANGUAGES[0])
    page = render_template("store.html", **values, languages=LANGUAGES, mailto=mailto)
    answer = Response(page)
    connection = values["connection"]
    if connection.get("look_asked_at") or connection.get("rotation_asked"):
        answer.headers["Refresh"] = REFRESH_SECONDS
    return answer


def _filters(query: dict[str, str]) -> StoreFilters:
    """Read the filters. Raises InputError."""
    return StoreFilters(
        stage=read_choice(query, "stage", STAGES),
        country=query["country"].upper() if "country" in query else None,
        condition=read_choice(query, "condition", listing.CONDITIONS),
        text=query.get("text"),
    )


def _list_page(query: dict[str, str], page: Page[dict[str, Any]], refused: str = "") -> str:
    return render_template(
        "stores.html",
        query=query,
        page=page,
        stages=STAGES,
        conditions=CONDITIONS,
        trouble_badges=TROUBLE_BADGES,
        condition_choices=CONDITION_CHOICES,
        longest=LONGEST_FILTER,
        page_size=PAGE,
        scanned_stores=SCANNED_STORES,
        refused=refused,
    )
