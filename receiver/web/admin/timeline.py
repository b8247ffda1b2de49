"""The timeline: everything that happened, in one list by time, filtered by store, kind and period."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, render_template, request, url_for

from receiver.container import current_container
from receiver.domain.timeline import TimelineFilters, TimelineKind
from receiver.errors import InputError
from receiver.paging import Page
from receiver.services.overview.timeline import TimelineEntry, page_of_timeline
from receiver.services.validation import LONGEST_FILTER
from receiver.web.admin.audit import link_of_subject
from receiver.web.admin.filters import read_choice, refusal
from receiver.web.admin.periods import field_text, period_fields, read_period, usual_periods
from receiver.web.admin.sign_in import staff_only

timeline_pages = Blueprint("timeline", __name__, url_prefix="/admin/timeline", template_folder="templates")

PAGE = 50
NAMES = ("since", "until", "store", "kind")
KINDS = {
    TimelineKind.DELIVERY: ("Delivery", "Deliveries"),
    TimelineKind.DECISION: ("Decision", "Decisions"),
    TimelineKind.POLL: ("TikTok poll", "TikTok polls"),
    TimelineKind.ACT: ("Act", "Acts of staff and others"),
    TimelineKind.HOUR: ("Counted", "Counts by the hour"),
}


@timeline_pages.get("")
@staff_only
def show() -> str | tuple[str, int]:
    """List everything that happened in the period and matches the filters, newest first."""
    query = {name: request.args[name].strip() for name in NAMES if request.args.get(name, "").strip()}
    after = request.args.get("after")
    try:
        filters = _filters(query)
        page = page_of_timeline(current_container().database, filters, after=after, limit=PAGE)
    except InputError as error:
        return _page(query, TimelineFilters(), Page(), refused=refusal(error)), 400
    return _page(query, filters, page)


def _filters(query: dict[str, str]) -> TimelineFilters:
    """Read the filters; times are in the reader's zone. Raises InputError."""
    period = read_period(query)
    kind = read_choice(query, "kind", TimelineKind)
    return TimelineFilters(period.get("since"), period.get("until"), query.get("store"), kind)


def _page(
    query: dict[str, str], filters: TimelineFilters, page: Page[TimelineEntry], refused: str = ""
) -> str:
    return render_template(
        "timeline.html",
        query=query,
        fields={**query, **period_fields(query)},
        periods=usual_periods(current_container().now()),
        nearby=_nearby(filters.since, filters.until),
        kinds=KINDS,
        page=page,
        link_of=_link_of,
        longest=LONGEST_FILTER,
        keep_days=current_container().settings.keep_deliveries_days,
        refused=refused,
    )


def _nearby(since: datetime | None, until: datetime | None) -> dict[str, dict[str, str]]:
    """Return the periods of the same length before and after this one; none for an open one."""
    if since is None or until is None:
        return {}
    length = until - since
    pairs = {"earlier": (since - length, since), "later": (until, until + length)}
    return {
        words: {"since": field_text(begin), "until": field_text(end)} for words, (begin, end) in pairs.items()
    }


def _link_of(entry: TimelineEntry) -> str | None:
    """Return the page about an entry; None where its store's page, linked beside it, is the only one."""
    if entry.kind == TimelineKind.DELIVERY:
        return url_for("deliveries.delivery", delivery_id=entry.id)
    if entry.kind == TimelineKind.ACT and entry.subject and entry.subject != entry.store_id:
        return link_of_subject(entry.subject, None)
    return None
