"""The page of the search box, which leads straight to a hit that is the only one."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.errors import InputError
from receiver.services.search.everything import MOST_HITS, Hit, HitKind, SearchResult, search_everything
from receiver.web.admin.filters import refusal
from receiver.web.admin.sign_in import staff_only

search_pages = Blueprint("search", __name__, url_prefix="/admin/search", template_folder="templates")

HEADINGS = {HitKind.STORE: "Stores", HitKind.DELIVERY: "Deliveries", HitKind.AWARD: "Awards"}


@search_pages.get("")
@staff_only
def show() -> str | Response | tuple[str, int]:
    """Search everything, and redirect straight to the only hit."""
    text = request.args.get("text", "").strip()
    if not text:
        return _page(text, SearchResult([], []))
    try:
        result = search_everything(current_container().database, text)
    except InputError as error:
        return _page(text, SearchResult([], []), refused=refusal(error)), 400
    if len(result.hits) == 1:
        return redirect(address_of(result.hits[0]))
    return _page(text, result)


def address_of(hit: Hit) -> str:
    """Return the address of the page about a hit."""
    if hit.kind == HitKind.STORE:
        return url_for("stores.store", store_id=hit.id)
    if hit.kind == HitKind.DELIVERY:
        return url_for("deliveries.delivery", delivery_id=int(hit.id))
    return url_for("awards.award", award_id=hit.id)


def _page(text: str, result: SearchResult, refused: str = "") -> str:
    groups = {kind: [hit for hit in result.hits if hit.kind == kind] for kind in HitKind}
    return render_template(
        "search.html",
        text=text,
        groups={kind: hits for kind, hits in groups.items() if hits},
        headings=HEADINGS,
        more=result.more,
        among=result.senders_ids_among,
        most=MOST_HITS,
        address_of=address_of,
        refused=refused,
    )
