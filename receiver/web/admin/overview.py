"""The Overview: what needs a person, the vital signs and the last day as a chart, each with its list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from receiver.domain.todo import TodoId
from receiver.domain.troubles import TroubleId
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

# Items shown without their number: there is one at most, or it does not matter.
UNCOUNTED = (TodoId.WORKER_SILENT, TodoId.DELIVERIES_WAIT)
URGENT = (TodoId.WORKER_SILENT, TodoId.DELIVERIES_WAIT, TodoId.AWARDS_OVERDUE)
# The label of each item in the singular and the plural, and what to do about it.
WORDS: Mapping[TodoId | TroubleId, tuple[str, str, str]] = {
    TodoId.WORKER_SILENT: (
        *("Background work has stopped",) * 2,
        f"Nothing is processed, polled or decided. Start it: {COMMAND} worker",
    ),
    TodoId.STAFF_NOT_TOLD: (
        *("alert that could not be sent to staff", "alerts that could not be sent to staff"),
        f"Your own channel fails: {COMMAND} doctor says how, staff test-alert tries it.",
    ),
    TodoId.DELIVERIES_WAIT: (
        *("Messages have waited for minutes",) * 2,
        "See that background work runs and keeps up.",
    ),
    TodoId.AWARDS_OVERDUE: ("award overdue", "awards overdue", "Issue the credit, then record it."),
    TodoId.AWARDS_DUE_SOON: (
        f"award due within {DUE_SOON.days} days",
        f"awards due within {DUE_SOON.days} days",
        "Issue the credit, then record it.",
    ),
    TodoId.REVIEWS_WAITING: (
        *("review waits for an answer", "reviews wait for an answer"),
        "Uphold, override a rule or record a fact.",
    ),
    TodoId.STORES_HELD: (
        *("award earned, to be checked by you", "awards earned, to be checked by you"),
        "Award earned, but one thing must be checked by you: see the store.",
    ),
    TodoId.MERCHANTS_ALIKE: (
        *(
            "store perhaps of a merchant with an award",
            "stores perhaps of a merchant with an award",
        ),
        "No award until you merge the merchants or keep them apart, on the store's page.",
    ),
    TodoId.DELIVERIES_DEAD: (
        *("message we could not process", "messages we could not process"),
        "They are not retried. See why.",
    ),
    TodoId.DELIVERIES_FAILED: (
        *("message that is tried again", "messages that are tried again"),
        "Their last try failed; the next comes by itself. See why.",
    ),
    TodoId.SIGNATURES_REJECTED: (
        *("calls refused today for their signature, more than usual",) * 2,
        "A store's secret may have changed. See whose.",
    ),
    TodoId.QUARANTINED: (
        *("message held for its signature", "messages held for their signature"),
        "Correct the store's secret, then accept those now valid.",
    ),
    TodoId.STORES_CLAIMED: (
        "store that another shop claims to be, or that names another address",
        "stores that other shops claim to be, or that name another address",
        "Nothing was connected or changed: move the store, or dismiss the claim.",
    ),
    TodoId.MESSAGES_FROM_ELSEWHERE: (
        "store whose messages come from another address",
        "stores whose messages come from another address",
        "Staging copy? Nothing to do. Moved? Change the store's address; what was held is processed then.",
    ),
    TodoId.STORES_MOVED: (
        "store moved by itself in the last 3 days",
        "stores moved by themselves in the last 3 days",
        "The old address redirects for good to one that the store's keys open.",
    ),
    TodoId.STORES_OVER_BOUNDS: (
        "store over a day's bounds",
        "stores over a day's bounds",
        "It sends far more than a store needs: see its page, and disconnect it where that is no mistake.",
    ),
    TodoId.TOKENS_EXPIRE: (
        f"API token expires within {TOKEN_EXPIRES_SOON.days} days",
        f"API tokens expire within {TOKEN_EXPIRES_SOON.days} days",
        "Make another, under Your account, and hand it to the program that uses it.",
    ),
    **{trouble_id: staff_words(trouble_id) for trouble_id in IN_THE_QUEUE},
}


@overview_pages.get("/")
@staff_only
def show() -> str:
    """Show the Overview: what needs a person, the vital signs and the last 24 hours."""
    container = current_container()
    overview = read_overview(container, g.person)
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
    """Sum the awards by state, in the order of an award's life; states without awards are left out."""
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


def _leads_to(item: TodoItem) -> str | None:
    """Return the address of the list behind a todo item; None where there is none."""
    if isinstance(item.id, TodoId) and item.id in LISTS:
        return LISTS[item.id](item)
    return url_for("stores.show", condition=item.id) if item.id in CONDITIONS else None


def _deliveries(item: TodoItem) -> str:
    return url_for("deliveries.show", state=item.state or item.id.removeprefix("deliveries_"))


LISTS: Mapping[TodoId, Callable[[TodoItem], str]] = {
    TodoId.AWARDS_OVERDUE: lambda _: url_for("awards.show", overdue="any"),
    TodoId.AWARDS_DUE_SOON: lambda _: url_for("awards.show", due_soon="any"),
    TodoId.REVIEWS_WAITING: lambda _: url_for("console_reviews.show"),
    TodoId.STORES_HELD: lambda _: url_for("stores.show", stage=Stage.HELD),
    TodoId.STORES_CLAIMED: lambda _: url_for("claims.show"),
    TodoId.MESSAGES_FROM_ELSEWHERE: lambda _: url_for("claims.show"),
    TodoId.STORES_MOVED: lambda _: url_for("audit.show", action=AuditAction.STORES_MOVE),
    TodoId.DELIVERIES_WAIT: _deliveries,
    TodoId.DELIVERIES_DEAD: _deliveries,
    TodoId.DELIVERIES_FAILED: _deliveries,
    TodoId.SIGNATURES_REJECTED: lambda _: url_for("rejections.show", reason=RejectionReason.SIGNATURE),
    TodoId.TOKENS_EXPIRE: lambda _: url_for("account.show", _anchor="tokens"),
    TodoId.QUARANTINED: lambda _: url_for("rejections.quarantine"),
}
