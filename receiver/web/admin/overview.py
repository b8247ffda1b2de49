"""The Overview: what needs a person, the vital signs, the last day in a picture; each number has its list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask import Blueprint, g, render_template, url_for

from receiver.container import current_container
from receiver.documents.health import sign_words
from receiver.documents.troubles import staff_words
from receiver.domain.audit import AuditAction
from receiver.domain.awards import DUE_SOON, AwardState
from receiver.domain.decision import Stage
from receiver.domain.hourly_counts import HOUR
from receiver.domain.rejections import RejectionReason
from receiver.domain.sign_in import TOKEN_EXPIRES_SOON
from receiver.home import COMMAND
from receiver.services.alerts.work_queue import IN_THE_QUEUE, TodoItem
from receiver.services.overview.summary import read_overview
from receiver.services.programmes.statistics import Totals
from receiver.services.stores.listing import CONDITIONS
from receiver.web.admin.filters import readers_zone
from receiver.web.admin.flow_chart import flow_charts
from receiver.web.admin.periods import field_text
from receiver.web.admin.sign_in import staff_only

overview_pages = Blueprint("console_overview", __name__, url_prefix="/admin", template_folder="templates")

# Of these the sentence says all: there is one, or it does not matter how many.
UNCOUNTED = ("worker_silent", "deliveries_wait")
URGENT = ("worker_silent", "deliveries_wait", "awards_overdue")
# What each matter says beside its number: of one, of several, and what to do about it.
WORDS: Mapping[str, tuple[str, str, str]] = {
    "worker_silent": (
        *("Background work has stopped",) * 2,
        f"Nothing is processed, polled or decided. Start it: {COMMAND} worker",
    ),
    "staff_not_told": (
        *("alert that could not be sent to staff", "alerts that could not be sent to staff"),
        f"Your own channel fails: {COMMAND} doctor says how, staff test-alert tries it.",
    ),
    "deliveries_wait": (
        *("Messages have waited for minutes",) * 2,
        "See that background work runs and keeps up.",
    ),
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
        *("award earned, to be checked by you", "awards earned, to be checked by you"),
        "Award earned, but one thing must be checked by you: see the store.",
    ),
    "merchants_alike": (
        *(
            "store perhaps of a merchant with an award",
            "stores perhaps of a merchant with an award",
        ),
        "No award until you merge the merchants or keep them apart, on the store's page.",
    ),
    "deliveries_dead": (
        *("message we could not process", "messages we could not process"),
        "They are not retried. See why.",
    ),
    "deliveries_failed": (
        *("message that is tried again", "messages that are tried again"),
        "Their last try failed; the next comes by itself. See why.",
    ),
    "signatures_rejected": (
        *("calls refused today for their signature, more than usual",) * 2,
        "A store's secret may have changed. See whose.",
    ),
    "quarantined": (
        *("message held for its signature", "messages held for their signature"),
        "Correct the store's secret, then accept those now valid.",
    ),
    "stores_claimed": (
        "store that another shop claims to be, or that names another address",
        "stores that other shops claim to be, or that name another address",
        "Nothing was connected or changed: move the store, or dismiss the claim.",
    ),
    "messages_from_elsewhere": (
        "store whose messages come from another address",
        "stores whose messages come from another address",
        "Staging copy? Nothing to do. Moved? Change the store's address; what was held is processed then.",
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


@overview_pages.get("/")
@staff_only
def show() -> str:
    container = current_container()
    overview = read_overview(container.database, container.budget, container.now(), g.person)
    return render_template(
        "overview.html",
        overview=overview,
        words=WORDS,
        uncounted=UNCOUNTED,
        urgent=URGENT,
        leads_to=_leads_to,
        sign_words=sign_words,
        charts=flow_charts(overview.flow, readers_zone()),
        awards=_awards(overview.totals),
        hour_period=_hour_period,
    )


def _hour_period(hour: datetime) -> dict[str, str]:
    return {"since": field_text(hour), "until": field_text(hour + HOUR)}


@dataclass(frozen=True)
class _AwardsOfState:
    state: str
    count: int
    sums: list[tuple[str, Decimal]]  # by currency


def _awards(totals: Totals | None) -> list[_AwardsOfState]:
    """In the order in which an award comes to its states; those there are none of are left out."""
    of = totals.awards if totals else {}
    return [
        _AwardsOfState(
            state,
            sum(total.awards for total in of[state].values()),
            sorted((currency, total.amount) for currency, total in of[state].items()),
        )
        for state in AwardState
        if state in of
    ]


def _leads_to(matter: TodoItem) -> str | None:
    """The list behind a number; None where there is none."""
    if matter.id == "awards_overdue":
        return url_for("awards.show", overdue="any")
    if matter.id == "awards_due_soon":
        return url_for("awards.show", due_soon="any")
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
        return url_for("rejections.show", reason=RejectionReason.SIGNATURE)
    if matter.id == "tokens_expire":
        return url_for("account.show", _anchor="tokens")
    if matter.id == "quarantined":
        return url_for("rejections.quarantine")
    return None
