"""Problems: what went wrong with messages, by cause and store, with the button that ends it."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.documents.problems import problem_words
from receiver.domain.deliveries import DeliverySource, DeliveryState
from receiver.domain.problems import (
    CAUSES,
    Cure,
    ProblemCause,
    ProblemFilters,
    ProblemState,
    is_of_deliveries,
)
from receiver.domain.troubles import Actor
from receiver.errors import InputError, StorageUnavailable
from receiver.paging import Page
from receiver.services.problems.listing import (
    MOST_SHOWN,
    ProblemRecord,
    acknowledge_problem,
    count_open_problems,
    page_of_problems,
    problems_of_store,
)
from receiver.services.validation import LONGEST_FILTER
from receiver.web.admin.filters import read_choice, refusal
from receiver.web.admin.sign_in import operators_only, staff_only

problem_pages = Blueprint("problems", __name__, url_prefix="/admin/problems", template_folder="templates")

PAGE = 50
NAMES = ("state", "who", "store", "cause")
STATES = {
    ProblemState.OPEN: "Open",
    ProblemState.ACKNOWLEDGED: "Acknowledged",
    ProblemState.RESOLVED: "Resolved by itself",
}
# Who has to act, in words, and the badge colour for it.
TURNS = {
    Actor.STAFF: ("our turn", "ours"),
    Actor.SERVICE: ("our turn", "ours"),
    Actor.MERCHANT: ("the merchant's turn", "theirs"),
    Actor.NOBODY: ("nobody's turn", "neutral"),
}


@problem_pages.app_context_processor
def _for_templates() -> dict[str, object]:
    return {
        "open_problems": open_problems,
        "problem_links": problem_links,
        "problem_turns": TURNS,
        "problem_words": problem_words,
        "problems_of": _problems_of,
    }


@problem_pages.get("")
@staff_only
def show() -> str | tuple[str, int]:
    """List the problems that match the filters in the address, grouped by cause."""
    query = {name: request.args[name].strip() for name in NAMES if request.args.get(name, "").strip()}
    try:
        page = page_of_problems(
            current_container().database,
            _filters(query),
            after=request.args.get("after"),
            limit=PAGE,
        )
    except InputError as error:
        return _page(query, Page(), refused=refusal(error)), 400
    return _page(query, page)


@problem_pages.post("/<int:problem_id>/acknowledge")
@operators_only
def acknowledge(problem_id: int) -> Response:
    """Acknowledge a problem, and lead back to the page of the button."""
    container, form = current_container(), request.form
    acknowledge_problem(container, problem_id, note=form.get("note", ""), actor=g.person.email)
    if form.get("store"):
        return redirect(url_for("stores.store", store_id=form["store"], _anchor="problems"), 303)
    return redirect(url_for("problems.show"), 303)


def _filters(query: dict[str, str]) -> ProblemFilters:
    """Read the filters. Raises InputError."""
    return ProblemFilters(
        state=read_choice(query, "state", ProblemState) or ProblemState.OPEN,
        store=query.get("store"),
        cause=read_choice(query, "cause", ProblemCause),
        who=read_choice(query, "who", Actor),
    )


def open_problems() -> str:
    """Return the number of open problems as the bar shows it; empty where there is none."""
    try:
        count = count_open_problems(current_container().database)
    except StorageUnavailable:  # the error page for it has a bar too
        return ""
    return f"{MOST_SHOWN:,}+" if count > MOST_SHOWN else f"{count:,}" if count else ""


def problem_links(problem: ProblemRecord) -> dict[str, str]:
    """Return the addresses of the pages that end a problem or show its evidence, by their purpose."""
    store, cause = problem.store_id, problem.cause
    traits, links = CAUSES[cause], {}
    if is_of_deliveries(cause):
        sender = {"store": store} if store else {"source": DeliverySource.TIKTOK}
        which: dict[str, Any] = {"state": DeliveryState.DEAD, "cause": cause, **sender}
        links["evidence"] = url_for("deliveries.show", **which)
        if problem.kept:
            links["replay"] = url_for("replays.new", **which)
    else:
        links["evidence"] = url_for("rejections.show", store=store or None)
    if traits.cure is Cure.SET_SECRET:
        links["secret"] = url_for("store_secret.show", store_id=store)
        links["check"] = url_for("rejections.quarantine", store=store)
    if traits.cure is Cure.MOVE_STORE:
        url = problem.addresses[-1] if problem.addresses else None
        links["move"] = url_for("claims.move", store_id=store, url=url)
    return links


def _problems_of(store_id: str) -> list[ProblemRecord]:
    """Return the problems of a store, for the part of its page: the including view need not pass them."""
    return problems_of_store(current_container().database, store_id)


def _page(query: dict[str, str], page: Page[ProblemRecord], refused: str = "") -> str:
    return render_template(
        "problems.html",
        query=query,
        page=page,
        groups=[(cause, list(rows)) for cause, rows in groupby(page.rows, key=lambda row: row.cause)],
        state=query.get("state", ProblemState.OPEN),
        states=STATES,
        turns=TURNS,
        words=problem_words,
        causes=list(CAUSES),
        replayable=is_of_deliveries,
        longest_filter=LONGEST_FILTER,
        refused=refused,
    )
