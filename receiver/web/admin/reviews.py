"""Pages of reviews: what the merchant disputes, the evidence, and staff's one answer after a preview."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.documents.fact_words import OUTCOMES, rule_title
from receiver.documents.status import full_document
from receiver.domain.reviews import ReviewAnswer, ReviewState
from receiver.errors import InputError, Refused
from receiver.paging import Page
from receiver.services.awards.listing import award_of_store
from receiver.services.decisions.preview import DecisionPreview, run_with_preview
from receiver.services.decisions.status import status_of
from receiver.services.reviews.answer import StaffAnswer, answer_review, validate_answer
from receiver.services.reviews.listing import page_of_reviews
from receiver.services.reviews.show import show_review
from receiver.services.validation import require_choice
from receiver.web.admin.fact_controls import CONTROLS, OVERRIDABLE, posted_value, refusal_words
from receiver.web.admin.history_words import recorded_fact_words
from receiver.web.admin.previews import CHANGED, preview_token, was_previewed
from receiver.web.admin.sign_in import operators_only, staff_only

review_pages = Blueprint(
    "console_reviews", __name__, url_prefix="/admin/reviews", template_folder="templates"
)

PAGE = 50
VALUE = "value-{}"  # the field with the value of a fact, by the fact's name
FORM_FIELDS = ("answer", "rule", "outcome", "fact", *map(VALUE.format, CONTROLS), "evidence", "reason")
ANSWERS = {
    ReviewAnswer.UPHELD: "Decision stands",
    ReviewAnswer.OVERRIDDEN: "Rule overridden",
    ReviewAnswer.FACT_RECORDED: "Fact corrected",
}


class AnswerKind(StrEnum):
    """The kinds of answers that the form offers."""

    UPHOLD = "uphold"
    OVERRIDE = "override"
    FACT = "fact"


@review_pages.get("")
@staff_only
def show() -> str | tuple[str, int]:
    """List the reviews in one state, longest waiting first."""
    state, after = request.args.get("state", ReviewState.OPEN), request.args.get("after") or None
    try:
        if state not in set(ReviewState):
            raise InputError(f"must be {' or '.join(ReviewState)}", path="state")
        page = page_of_reviews(current_container().database, ReviewState(state), after=after, limit=PAGE)
    except InputError as error:
        return _list(Page(), state, refused=str(error)), 400
    return _list(page, state)


def _list(page: Page[dict[str, Any]], state: str, refused: str = "") -> str:
    return render_template("reviews.html", page=page, state=state, answers=ANSWERS, refused=refused)


@review_pages.get("/<review_id>")
@staff_only
def review(review_id: str) -> str:
    """Show a review with its evidence and the form of the answer."""
    return _page(review_id)


@review_pages.post("/<review_id>")
@operators_only
def answer(review_id: str) -> Response | str | tuple[str, int]:
    """Preview an answer; save it when `do=answer` and the preview still holds.

    Upholding the decision changes nothing, and so needs no preview.
    """
    container = current_container()
    try:
        staff_answer = _read_answer(review_id)
        act = partial(answer_review, review_id=review_id, answer=staff_answer, actor=g.person.email)
        store_id = show_review(container.database, review_id)["store"]
        effect = run_with_preview(container, store_id, act, dry_run=True)
        token = preview_token({name: request.form.get(name, "") for name in FORM_FIELDS}, effect.outcome)
        if request.form.get("do") != "answer":
            return _page(review_id, effect=effect, token=token)
        if staff_answer.answer is not ReviewAnswer.UPHELD and not was_previewed(token):
            return _page(review_id, effect=effect, token=token, refused=CHANGED), 409
        run_with_preview(container, store_id, act)
    except (InputError, Refused) as error:
        refused = refusal_words(error, CONTROLS.get(request.form.get("fact", "")))
        return _page(review_id, refused=refused), 400 if isinstance(error, InputError) else 409
    flash("Saved: the merchant can read your answer.")
    return redirect(url_for("console_reviews.review", review_id=review_id))


def _read_answer(review_id: str) -> StaffAnswer:
    """Read the answer from the form. Raises InputError and Refused."""
    form = request.form
    kind = require_choice(AnswerKind, form.get("answer", ""), "answer")
    fact = form.get("fact", "")
    value = posted_value(fact, form.get(VALUE.format(fact), ""))
    return validate_answer(
        current_container().now(),
        review_id,
        reason=form.get("reason", ""),
        override=f"{form.get('rule', '')}={form.get('outcome', '')}" if kind is AnswerKind.OVERRIDE else None,
        fact=f"{fact}={value}" if kind is AnswerKind.FACT else None,
        evidence=form.get("evidence", "").strip() or None,
    )


def _page(
    review_id: str, *, effect: DecisionPreview | None = None, token: str = "", refused: str = ""
) -> str:
    container = current_container()
    review = show_review(container.database, review_id)
    return render_template(
        "review.html",
        review=review,
        earlier_outcomes={rule["id"]: rule["outcome"] for rule in (review["told"] or {}).get("rules", ())},
        status=full_document(status_of(container, review["store"])),
        award=award_of_store(container, review["store"]),
        overridable=OVERRIDABLE,
        controls=CONTROLS.values(),
        answers=ANSWERS,
        rule_title=rule_title,
        recorded_fact_words=recorded_fact_words,
        outcome_words=OUTCOMES,
        form_values=request.form,
        effect=effect,
        token=token,
        refused=refused,
    )
