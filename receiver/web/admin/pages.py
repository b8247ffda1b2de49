"""The console's pages: stores with their stages, deliveries that failed, and one store in full."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, render_template, request

from receiver.documents.course import course_of
from receiver.documents.doubts import doubt_words
from receiver.documents.status import full_document
from receiver.domain.awards import is_overdue
from receiver.domain.decision import DueAward
from receiver.domain.facts import RecordedAward
from receiver.services.bridge.show import bridge_shown
from receiver.services.decisions.history import list_decisions
from receiver.services.decisions.status import status_of
from receiver.services.polling.spend import poll_of
from receiver.services.running.overview import PAGE, overview
from receiver.web.admin.chart import charts_of
from receiver.web.admin.sign_in import staff_only
from receiver.wiring import wiring

DECISIONS = 10  # the newest, on a store's page

pages = Blueprint(
    "console",
    __name__,
    url_prefix="/admin",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)


@pages.get("/stores")
@staff_only
def home() -> str:
    stage, after = request.args.get("stage") or None, request.args.get("after") or None
    shown = overview(wiring().database, stage=stage, after=after)
    return render_template("home.html", overview=shown, stage=stage, page_size=PAGE)


@pages.get("/stores/<store_id>")
@staff_only
def store(store_id: str) -> str:
    parts = wiring()
    status = status_of(parts.database, parts.now(), store_id)
    overdue = _is_overdue(status.decision.award, parts.now())
    course, account = course_of(status.decision), status.decision.account
    advertiser_id = account.advertiser_id if account else None
    return render_template(
        "store.html",
        poll=poll_of(parts.database, advertiser_id) if advertiser_id else None,
        connection=bridge_shown(parts.database, store_id),
        decisions=list_decisions(parts.database, store_id, DECISIONS),
        status=full_document(status),
        overdue=overdue,
        doubts=doubt_words(status.doubts),
        course=course,
        charts=charts_of(course, status.store_name) if course else (),
    )


def _is_overdue(award: RecordedAward | DueAward | None, now: datetime) -> bool:
    """Only what is recorded can be issued."""
    if not isinstance(award, RecordedAward) or award.due_by is None:
        return False
    return is_overdue(award.state, award.due_by, now)
