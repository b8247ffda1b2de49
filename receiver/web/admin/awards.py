"""Pages of awards: the list by due date, each with its history and acts, and the list as CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from receiver.container import current_container
from receiver.documents.blocks import CAUSES
from receiver.documents.flags import flag_words
from receiver.domain.awards import DUE_SOON, AwardDelivery, AwardFilters, AwardState, BlockCause
from receiver.domain.flags import doubts_credit
from receiver.domain.staff import Role
from receiver.errors import InputError, Refused
from receiver.paging import Page
from receiver.services.awards.block import block_award, lift_block
from receiver.services.awards.code import show_code
from receiver.services.awards.correct import correct_reference
from receiver.services.awards.credit import mark_credited
from receiver.services.awards.export import export_awards
from receiver.services.awards.issue import issue
from receiver.services.awards.listing import page_of_awards, show_award
from receiver.services.decisions.preview import run_with_preview
from receiver.services.programmes.terms import known_programmes
from receiver.services.validation import require_choice
from receiver.web.admin.sign_in import operators_only, staff_only

award_pages = Blueprint("awards", __name__, url_prefix="/admin/awards", template_folder="templates")

PAGE = 50


@dataclass(frozen=True, repr=False)
class TypedReference:
    """A reference as it was typed beside an award of the list, and what is wrong with it."""

    is_selected: bool
    reference: str
    delivered_as: str
    problem: str | None = None


NAMES = ("text", "state", "programme", "flags", "due_before", "due_soon", "overdue")
ANY = "any"  # of the states; without a state the list shows awards that are due


@award_pages.get("")
@staff_only
def show() -> str | tuple[str, int]:
    """List the awards that match the filters in the address, by due date."""
    return list_page()


def list_page(
    *, typed_references: Mapping[str, TypedReference] | None = None, problem: str = ""
) -> str | tuple[str, int]:
    """Render the list that the address asks for.

    `typed_references` are put into the fields again, by award id; `problem` says what is wrong with them.
    """
    query, container = _query(), current_container()
    page: Page[dict[str, Any]] = Page()
    refused = ""
    try:
        after = request.args.get("after") or None
        page = page_of_awards(container, _filters(query), after=after, limit=PAGE)
    except InputError as error:
        refused = str(error)
    html = render_template(
        "awards.html",
        query=query,
        page=page,
        states=AwardState,
        deliveries=AwardDelivery,
        due_soon_days=DUE_SOON.days,
        programmes=known_programmes(container.database),
        flag_words=flag_words,
        may_issue=g.person.role == Role.OPERATOR and any(row["state"] == AwardState.DUE for row in page.rows),
        typed_references=typed_references or {},
        problem=problem,
        refused=refused,
    )
    return (html, 400) if refused or problem else html


@award_pages.get("/export.csv")
@staff_only
def export() -> Response:
    """Download the awards that match the filters as CSV."""
    container = current_container()
    rows = export_awards(container, _filters(_query()))
    name = f"awards-{container.now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(rows, mimetype="text/csv", headers=headers)


def _query() -> dict[str, str]:
    return {name: request.args[name].strip() for name in NAMES if request.args.get(name, "").strip()}


def _filters(query: dict[str, str]) -> AwardFilters:
    """Read the filters of the list. Raises InputError."""
    state = query.get("state", AwardState.DUE)
    if state not in (*AwardState, ANY):
        raise InputError(f"must be one of {', '.join(AwardState)} or {ANY}", path="state")
    for name in ("flags", "due_soon", "overdue"):
        if query.get(name, ANY) != ANY:
            raise InputError(f"must be {ANY}, or not there", path=name)
    try:
        due_before = date.fromisoformat(query["due_before"]) if "due_before" in query else None
    except ValueError:
        raise InputError("must be a date such as 2025-11-20", path="due_before") from None
    return AwardFilters(
        state=None if state == ANY else AwardState(state),
        programme=query.get("programme"),
        flagged="flags" in query,
        due_before=due_before,
        due_soon="due_soon" in query,
        overdue="overdue" in query,
        text=query.get("text"),
    )


# -- One award ---------------------------------------------------------------------------------


@award_pages.get("/<award_id>")
@staff_only
def award(award_id: str) -> str:
    """Show an award with its history and what staff can do with it."""
    return _award_page(award_id)


@award_pages.post("/<award_id>/issue")
@operators_only
def issue_award(award_id: str) -> AnyResponse | tuple[str, int]:
    """Record that an award was issued, with its reference."""
    return _act(
        award_id,
        issue,
        reference=request.form.get("reference", ""),
        delivered_as=request.form.get("as", ""),
        although_flagged=request.form.get("although_flagged") == "yes",
    )


@award_pages.post("/<award_id>/correct")
@operators_only
def correct(award_id: str) -> AnyResponse | tuple[str, int]:
    """Correct the reference of an issued award."""
    return _act(
        award_id,
        correct_reference,
        reference=request.form.get("reference", ""),
        delivered_as=request.form.get("as", ""),
        reason=request.form.get("reason", ""),
    )


@award_pages.post("/<award_id>/code")
@operators_only
def code(award_id: str) -> str | tuple[str, int]:
    """Show the redeem code of an award in clear, once; the audit log notes it."""
    container = current_container()
    try:
        award = show_code(container, award_id, g.person.email)
    except Refused as error:
        return _award_page(award_id, refused=str(error)), 409
    return _award_page(award_id, code=award["code"])


@award_pages.post("/<award_id>/credited")
@operators_only
def credit(award_id: str) -> AnyResponse | tuple[str, int]:
    """Record that the credit has arrived, with evidence."""
    return _act(award_id, mark_credited, evidence=request.form.get("evidence", ""))


@award_pages.post("/<award_id>/block")
@operators_only
def block(award_id: str) -> AnyResponse | tuple[str, int]:
    """Block an award, with a cause for the merchant and a reason for staff."""
    try:
        cause = require_choice(BlockCause, request.form.get("cause", ""), "cause")
    except InputError as error:
        return _award_page(award_id, refused=str(error)), 400
    return _act(award_id, block_award, reason=request.form.get("reason", ""), cause=cause)


@award_pages.post("/<award_id>/lift")
@operators_only
def lift(award_id: str) -> AnyResponse | tuple[str, int]:
    """Lift the block of an award."""
    return _act(award_id, lift_block, reason=request.form.get("reason", ""))


def _act(
    award_id: str, service: Callable[..., dict[str, Any]], **values: Any
) -> AnyResponse | tuple[str, int]:
    """Act on an award and decide its store at once, so that the store's page shows the result."""
    container = current_container()
    store_id = show_award(container, award_id)["store"]
    try:
        act = partial(service, award_id=award_id, actor=g.person.email, **values)
        run_with_preview(container, store_id, act)
    except (InputError, Refused) as error:
        return _award_page(award_id, refused=str(error)), 400 if isinstance(error, InputError) else 409
    return redirect(url_for("awards.award", award_id=award_id))


def _award_page(award_id: str, refused: str = "", code: str | None = None) -> str:
    """Render the page of an award; fields of a refused form keep what was typed, except a code."""
    is_code = request.form.get("as") == AwardDelivery.CODE
    form_values = {name: value for name, value in request.form.items() if name != "reference" or not is_code}
    return render_template(
        "award.html",
        code=code,
        award=show_award(current_container(), award_id),
        deliveries=AwardDelivery,
        causes=CAUSES,
        flag_words=flag_words,
        doubts_credit=doubts_credit,
        form_values=form_values,
        refused=refused,
    )
