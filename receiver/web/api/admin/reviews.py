"""/api/v1/admin/reviews: what `reviews` does on the command line."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from receiver.container import current_container
from receiver.domain.reviews import ReviewAnswer, ReviewState
from receiver.services.decisions.preview import run_with_preview
from receiver.services.reviews.answer import answer_review, validate_answer
from receiver.services.reviews.listing import page_of_reviews
from receiver.services.reviews.show import show_review
from receiver.services.validation import LONGEST
from receiver.web.api.admin.blueprint import (
    AdminBlueprint,
    Choice,
    Moment,
    PageArguments,
    page_document,
    page_schema,
)
from receiver.web.api.schemas import MAYBE, RefusalSchema

admin_reviews_api = AdminBlueprint("reviews", "Merchants who believe an answer is wrong")

TEXT: dict[str, Any] = {"validate": Length(min=1, max=LONGEST)}


class ReviewArguments(PageArguments):
    """A page of reviews, and their filters."""

    state = Choice(ReviewState, load_default=None)


class AdminReviewRowSchema(Schema):
    """A review."""

    id = fields.String(required=True)
    store = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": list(ReviewState)})
    asked_at = Moment(required=True)
    message = fields.String(required=True)
    decision = fields.Integer(required=True, **MAYBE)
    answer = fields.String(required=True, **MAYBE)
    recorded = fields.Dict(required=True, **MAYBE)
    reason = fields.String(required=True, **MAYBE)
    answered_at = Moment(required=True, **MAYBE)
    answered_by = fields.String(required=True, **MAYBE)


class AdminReviewSchema(AdminReviewRowSchema):
    """A review, and the status document the merchant had been told when it asked."""

    told_document = fields.Dict(attribute="told", data_key="told", required=True, **MAYBE)


class AnswerSchema(Schema):
    """The answer of staff: uphold, override a rule, or record a fact."""

    answer = fields.String(required=True, validate=OneOf([item.value for item in ReviewAnswer]))
    override = fields.String(**TEXT, metadata={"description": "RULE=pass or RULE=fail, with `overridden`."})
    fact = fields.String(**TEXT, metadata={"description": "NAME=VALUE, with `fact_recorded`."})
    evidence = fields.String(**TEXT, metadata={"description": "Of the fact. Default: the review itself."})
    reason = fields.String(required=True, **TEXT)
    dry_run = fields.Boolean(load_default=False)


class AnsweredSchema(AdminReviewRowSchema):
    """The review, and what its answer changed for the store."""

    effect = fields.List(fields.Dict(), required=True)


@admin_reviews_api.route("/reviews")
class AdminReviewsView(MethodView):
    """The queue."""

    @admin_reviews_api.arguments(ReviewArguments, location="query")
    @admin_reviews_api.response(200, page_schema(AdminReviewRowSchema, "AdminReviewPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List reviews, the longest waiting first."""
        after = arguments.get("after")
        page = page_of_reviews(
            current_container().database, arguments["state"], after=after, limit=arguments["limit"]
        )
        return page_document(page)


@admin_reviews_api.route("/reviews/<review_id>")
class ReviewView(MethodView):
    """One review."""

    @admin_reviews_api.response(200, AdminReviewSchema)
    @admin_reviews_api.alt_response(404, schema=RefusalSchema)
    def get(self, review_id: str) -> dict[str, Any]:
        """Show a review, with the status document the merchant had read when it asked."""
        return show_review(current_container().database, review_id)


@admin_reviews_api.route("/reviews/<review_id>/answer")
class AnswerView(MethodView):
    """The one answer of a review."""

    @admin_reviews_api.arguments(AnswerSchema)
    @admin_reviews_api.response(200, AnsweredSchema)
    @admin_reviews_api.alt_response(404, schema=RefusalSchema)
    @admin_reviews_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], review_id: str) -> dict[str, Any]:
        """Store the answer, or with `dry_run` only return what it would change. Idempotent."""
        container = current_container()
        store_id = show_review(container.database, review_id)["store"]
        answer = validate_answer(
            container.now(),
            review_id,
            reason=body["reason"],
            override=body.get("override", "") if body["answer"] == ReviewAnswer.OVERRIDDEN else None,
            fact=body.get("fact", "") if body["answer"] == ReviewAnswer.FACT_RECORDED else None,
            evidence=body.get("evidence"),
        )
        act = partial(answer_review, review_id=review_id, answer=answer, actor=g.person.email)
        effect = run_with_preview(container, store_id, act, dry_run=body["dry_run"])
        return {**effect.answer, "effect": effect.changes}
