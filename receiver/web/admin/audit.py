"""The page of the audit log, searched by filters in the address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from receiver.container import current_container
from receiver.documents.audit import PHRASES, detail_lines, phrase
from receiver.domain.audit import AuditAction, AuditFilters
from receiver.errors import InputError
from receiver.paging import Page
from receiver.services.staff.audit import AuditRecord, search_audit
from receiver.services.validation import LONGEST_FILTER
from receiver.web.admin.filters import read_choice, refusal
from receiver.web.admin.periods import period_fields, read_period, usual_periods
from receiver.web.admin.sign_in import staff_only

audit_pages = Blueprint("audit", __name__, url_prefix="/admin/audit", template_folder="templates")

PAGE = 50
# The page of a subject, by the first letters of its id, or by its kind where a number follows.
PAGES = {"aw": ("awards.award", "award_id"), "rv": ("console_reviews.review", "review_id")}
NUMBERED_PAGES = {
    "delivery": ("deliveries.delivery", "delivery_id"),
    "replay": ("replays.replay", "replay_id"),
}
NAMES = ("actor", "action", "store", "since", "until", "text")


@audit_pages.get("")
@staff_only
def show() -> str | tuple[str, int]:
    """List the entries of the audit log that match the filters in the address, newest first."""
    query = {name: request.args[name].strip() for name in NAMES if request.args.get(name, "").strip()}
    after = request.args.get("after")
    try:
        page = search_audit(current_container().database, _filters(query), after=after, limit=PAGE)
    except InputError as error:
        return _page(query, Page(), refused=refusal(error)), 400
    return _page(query, page)


def _page(query: dict[str, str], page: Page[AuditRecord], refused: str = "") -> str:
    return render_template(
        "audit.html",
        query=query,
        fields={**query, **period_fields(query)},
        periods=usual_periods(current_container().now()),
        page=page,
        actions=sorted(PHRASES),
        phrase=phrase,
        detail_lines=detail_lines,
        link_of=_link_of,
        longest=LONGEST_FILTER,
        refused=refused,
    )


def _filters(query: dict[str, str]) -> AuditFilters:
    """Read the filters; times are in the reader's zone. Raises InputError."""
    action = read_choice(query, "action", AuditAction)
    filters: dict[str, Any] = {**query, "action": action, **read_period(query)}
    return AuditFilters(**filters)


def _link_of(entry: AuditRecord) -> str | None:
    return link_of_subject(entry.subject, entry.store_id)


def link_of_subject(subject: str, store_id: str | None) -> str | None:
    """Return the page of what an entry is about; of what has none, its store's."""
    kind, _, number = subject.partition(" ")
    page, value = NUMBERED_PAGES.get(kind), number
    if page is None or not number.isdecimal():
        page, value = PAGES.get(subject.partition("_")[0]), subject
    if page is None:
        return url_for("stores.store", store_id=store_id) if store_id else None
    endpoint, name = page
    values: dict[str, Any] = {name: value}
    return url_for(endpoint, **values)
