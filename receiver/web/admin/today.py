"""Today: what needs a person now; each number leads to its list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta

from flask import Blueprint, g, render_template, url_for

from receiver.container import current_container
from receiver.documents.troubles import staff_words
from receiver.domain.audit import AuditAction
from receiver.domain.awards import DUE_SOON
from receiver.domain.decision import Stage
from receiver.domain.rejections import RejectionReason
from receiver.domain.sign_in import TOKEN_EXPIRES_SOON
from receiver.home import COMMAND
from receiver.services.alerts.work_queue import IN_THE_QUEUE, TodoItem, today
from receiver.services.stores.listing import CONDITIONS
from receiver.web.admin.sign_in import staff_only

today_pages = Blueprint("today", __name__, url_prefix="/admin", template_folder="templates")

# What each matter says beside its number: of one, of several, and what to do about it.
WORDS: Mapping[str, tuple[str, str, str]] = {
    "worker_silent": (
        *("no worker is alive",) * 2,
        f"Nothing is processed, polled or decided. Start: {COMMAND} worker",
    ),
    "staff_not_told": (
        *("matter staff could not be told of", "matters staff could not be told of"),
        f"Their own channel fails: {COMMAND} doctor says how, staff tell-test tries it.",
    ),
    "deliveries_wait": (*("deliveries wait for minutes",) * 2, "See that the worker runs and keeps up."),
    "awards_overdue": ("award overdue", "awards overdue", "Issue the credit, then record it."),
    "awards_due_soon": (
        f"award due within {DUE_SOON.days} days",
        f"awards due within {DUE_SOON.days} days",
        "Issue the credit, then record it.",
    ),
    "reviews_waiting": (
        *("review waits for an answer", "reviews wait for an answer"),
        "Uphold, override a rule or record a fact.",
    ),
    "stores_held": (
        *("decision held", "decisions held"),
        "An award is earned, and an unknown stops it: record the fact.",
    ),
    "merchants_alike": (
        *(
            "store perhaps of a merchant with an award",
            "stores perhaps of a merchant with an award",
        ),
        "No award until you merge the merchants or keep them apart, on the store's page.",
    ),
    "deliveries_dead": ("delivery dead", "deliveries dead", "Nobody tries them again: see why, then replay."),
    "deliveries_failed": ("delivery failing", "deliveries failing", "They are tried again by themselves."),
    "signatures_rejected": (
        *("signatures rejected today, more than usual",) * 2,
        "A store's secret may have changed: see whose.",
    ),
    "quarantined": (
        *("delivery in quarantine", "deliveries in quarantine"),
        "Put the store's secret right, then take them in.",
    ),
    "stores_claimed": (
        "store that another shop claims to be, or that names another address",
        "stores that other shops claim to be, or that name another address",
        "Nothing was connected or changed: move the store, or dismiss the claim.",
    ),
    "messages_from_elsewhere": (
        "store whose messages are held: they come from another address",
        "stores whose messages are held: they come from another address",
        "See whether the store moved or was copied; move it, and what was held is processed again.",
    ),
    "stores_moved": (
        "store moved by itself in the last 3 days",
        "stores moved by themselves in the last 3 days",
        "The old address redirects for good to one that the store's keys open.",
    ),
    "stores_over_bounds": (
        "store over a day's bounds",
        "stores over a day's bounds",
        "It sends far more than a store needs: see its page, and disconnect it where that is no mistake.",
    ),
    "tokens_expire": (
        f"API token expires within {TOKEN_EXPIRES_SOON.days} days",
        f"API tokens expire within {TOKEN_EXPIRES_SOON.days} days",
        "Make another, under Your account, and hand it to the program that uses it.",
    ),
    **{trouble_id: staff_words(trouble_id) for trouble_id in IN_THE_QUEUE},
}


@today_pages.get("/")
@staff_only
def show() -> str:
    matters = today(current_container().database, current_container().now(), g.person)
    return render_template("today.html", matters=matters, words=WORDS, leads_to=_leads_to)


def _leads_to(matter: TodoItem) -> str | None:
    """The list behind a number; None where there is none."""
    day = current_container().now().astimezone(UTC).date()
    if matter.id == "awards_overdue":
        return url_for("awards.show", overdue="any")
    if matter.id == "awards_due_soon":
        return url_for("awards.show", due_before=day + timedelta(days=DUE_SOON.days))
    if matter.id == "reviews_waiting":
        return url_for("console_reviews.show")
    if matter.id == "stores_held":
        return url_for("stores.show", stage=Stage.HELD)
    if matter.id in ("stores_claimed", "messages_from_elsewhere"):
        return url_for("claims.show")
    if matter.id == "stores_moved":
        return url_for("audit.show", action=AuditAction.STORES_MOVE)
    if matter.id in CONDITIONS:
        return url_for("stores.show", condition=matter.id)
    if matter.id.startswith("deliveries_"):
        return url_for("deliveries.show", state=matter.state or matter.id.removeprefix("deliveries_"))
    if matter.id == "signatures_rejected":
        return url_for("turned_away.rejections", reason=RejectionReason.SIGNATURE)
    if matter.id == "tokens_expire":
        return url_for("account.show", _anchor="tokens")
    if matter.id == "quarantined":
        return url_for("turned_away.quarantine")
    return None
