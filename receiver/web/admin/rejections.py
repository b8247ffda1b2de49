"""Pages of calls that became no delivery: quarantined until a secret is corrected, or rejected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.domain.rejections import RejectionReason
from receiver.errors import InputError, ReceiverError
from receiver.paging import Page
from receiver.services.inbox.quarantine import (
    ReleaseResult,
    count_quarantined,
    page_of_quarantine,
    release_from_quarantine,
)
from receiver.services.inbox.rejections import CountOfStore, SampleOfStore, list_samples, page_of_rejections
from receiver.web.admin.filters import read_choice, refusal
from receiver.web.admin.sign_in import operators_only, staff_only

rejection_pages = Blueprint("rejections", __name__, url_prefix="/admin", template_folder="templates")

PAGE = 50
SAMPLES = 20
MOST_STORES = 20  # shown with their number of held calls

# The meaning of each reason of a rejection; one without an entry is shown as it is.
REASONS = {
    RejectionReason.SIGNATURE: "signed with another secret, or not at all",
    RejectionReason.UNKNOWN: "an address nobody was given",
    RejectionReason.DISCONNECTED: "a store that was disconnected",
    RejectionReason.PING: "a ping, which stores send to try an address: nothing is wrong",
    RejectionReason.LENGTH: "without a length, or chunked",
    RejectionReason.SIZE: "too large",
    RejectionReason.BODY: "cut short on the way",
    RejectionReason.METHOD: "not a POST",
    RejectionReason.UNAVAILABLE: "nothing of TikTok's can be verified: TIKTOK_APP_SECRET is not set",
}


@rejection_pages.get("/rejections/quarantine")
@staff_only
def quarantine() -> str | tuple[str, int]:
    """List the calls that are held in quarantine."""
    return _quarantine()


@rejection_pages.post("/rejections/quarantine")
@operators_only
def release() -> str | tuple[str, int]:
    """Verify the held calls again and accept those that are valid; only `do=release` changes anything."""
    container, form = current_container(), request.form
    try:
        results = release_from_quarantine(
            container,
            store=_store() or None,
            reason=form.get("reason", ""),
            actor=g.person.email,
            dry_run=form.get("do") != "release",
        )
    except ReceiverError as error:
        return _quarantine(refused=refusal(error))
    return _quarantine(results=results)


@rejection_pages.get("/rejections")
@staff_only
def show() -> str | tuple[str, int]:
    """List the rejected calls by day, store and reason, with samples once a filter is set."""
    refused, page = "", Page[CountOfStore]()
    newest: list[SampleOfStore] = []
    try:
        query = {name: value for name, value in request.args.items() if value}
        filters: dict[str, Any] = {"store": _store(), "reason": read_choice(query, "reason", RejectionReason)}
        database = current_container().database
        page = page_of_rejections(database, **filters, after=request.args.get("after"), limit=PAGE)
        newest = list_samples(database, **filters, limit=SAMPLES) if any(filters.values()) else []
    except InputError as error:
        refused = refusal(error)
    html = render_template(
        "rejections.html",
        page=page,
        samples=newest,
        query={name: request.args[name] for name in ("store", "reason") if request.args.get(name)},
        reasons=REASONS,
        refused=refused,
    )
    return (html, 400) if refused else html


@rejection_pages.get("/turned-away/quarantine", defaults={"endpoint": "rejections.quarantine"})
@rejection_pages.get("/turned-away/rejections", defaults={"endpoint": "rejections.show"})
@staff_only
def earlier_address(endpoint: str) -> Response:
    """Redirect from the former addresses of these pages, which bookmarks and alerts may hold."""
    query = request.query_string.decode("ascii", "replace")
    return redirect(f"{url_for(endpoint)}?{query}" if query else url_for(endpoint), code=308)


def _quarantine(results: Sequence[ReleaseResult] | None = None, refused: str = "") -> str | tuple[str, int]:
    page = None
    try:
        after = request.args.get("after")
        page = page_of_quarantine(current_container().database, _store(), after=after, limit=PAGE)
    except InputError as error:
        refused = refused or refusal(error)
    html = render_template(
        "quarantine.html",
        page=page,
        by_store=count_quarantined(current_container().database),
        most_stores=MOST_STORES,
        query={"store": request.values["store"]} if request.values.get("store") else {},
        results=results,
        done=request.form.get("do") == "release",
        reason=request.form.get("reason", ""),
        refused=refused,
    )
    return (html, 400) if refused else html


def _store() -> str | None:
    return request.values.get("store") or None
