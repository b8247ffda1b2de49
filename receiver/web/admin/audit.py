"""The audit log: looked through by filters that stand in the address."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for

from receiver.documents.audit import PHRASES, detail_lines, phrase
from receiver.errors import InputError
from receiver.services.staff.audit import LONGEST_FILTER, look_through
from receiver.storage.audit import AuditFilters, Found
from receiver.storage.tables import AuditEntry
from receiver.web.admin.plain import readers_zone
from receiver.web.admin.sign_in import staff_only
from receiver.wiring import wiring

audit_pages = Blueprint("audit", __name__, url_prefix="/admin/audit", template_folder="templates")

PAGE = 50
# Which page shows what begins with these letters.
PAGES = {"aw": ("awards.award", "award_id"), "rv": ("console_reviews.review", "review_id")}
NAMES = ("actor", "action", "store", "since", "until", "text")


@audit_pages.get("")
@staff_only
def show() -> str | tuple[str, int]:
    asked = {name: request.args[name].strip() for name in NAMES if request.args.get(name, "").strip()}
    after = request.args.get("after")
    try:
        found = look_through(wiring().database, _filters(asked), after=after, limit=PAGE)
    except InputError as error:
        return _page(asked, Found((), None), refused=str(error)), 400
    return _page(asked, found)


def _page(asked: dict[str, str], found: Found, refused: str = "") -> str:
    return render_template(
        "audit.html",
        asked=asked,
        found=found,
        actions=sorted(PHRASES),
        phrase=phrase,
        detail_lines=detail_lines,
        link_of=_link_of,
        longest=LONGEST_FILTER,
        refused=refused,
    )


def _filters(asked: dict[str, str]) -> AuditFilters:
    """Both dates are included, in the reader's zone."""
    given = dict(asked)
    since, until = (given.pop(name, None) for name in ("since", "until"))
    return AuditFilters(
        **given,
        since=_start_of(since, "since") if since else None,
        until=_start_of(until, "until", days_later=1) if until else None,
    )


def _start_of(text: str, path: str, days_later: int = 0) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=days_later), time(), readers_zone())
    except (ValueError, OverflowError):
        raise InputError("must be a date such as 2025-11-20", path=path) from None


def _link_of(entry: AuditEntry) -> str | None:
    """The page of what an entry is about; of what has none, its store's."""
    kind = entry.subject.partition("_")[0]
    if kind in PAGES:
        endpoint, name = PAGES[kind]
        values: dict[str, Any] = {name: entry.subject}
        return url_for(endpoint, **values)
    return url_for("stores.one", store_id=entry.store_id) if entry.store_id else None
