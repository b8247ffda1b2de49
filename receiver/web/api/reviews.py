"""POST /api/v1/reviews: a merchant who disagrees asks staff to look again."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from receiver.container import current_container
from receiver.documents.review import read_message, review_document
from receiver.errors import NotFound
from receiver.i18n.languages import reader_locale
from receiver.services.awards.code import mask_code
from receiver.services.reviews.ask import ask_review
from receiver.services.stores.status_token import store_for_token
from receiver.strict_json import read_json
from receiver.web.api.bearer import bearer_token, unauthorized
from receiver.web.api.language import LANGUAGE, LANGUAGE_HEADERS, accepted_languages, in_language
from receiver.web.api.schemas import RefusalSchema, ReviewRequestSchema, ReviewSchema

reviews_api = Blueprint("reviews", __name__, url_prefix="/api/v1", description="For the companion plugin")

BODY = {"required": True, "content": {"application/json": {"schema": ReviewRequestSchema}}}


@reviews_api.route("/reviews")
class ReviewsView(MethodView):
    """Reviews of the store of a status token."""

    @reviews_api.doc(security=[{"statusToken": []}], parameters=[LANGUAGE], requestBody=BODY)
    @reviews_api.response(201, ReviewSchema, headers=LANGUAGE_HEADERS)
    @reviews_api.alt_response(200, schema=ReviewSchema, headers=LANGUAGE_HEADERS)
    @reviews_api.alt_response(400, schema=RefusalSchema)
    @reviews_api.alt_response(401, schema=RefusalSchema)
    @reviews_api.alt_response(409, schema=RefusalSchema)
    @reviews_api.alt_response(503, schema=RefusalSchema)
    def post(self) -> tuple[dict[str, Any], int, dict[str, str]]:
        """Request a review: 201 for a new one, 200 for the same text again, 409 while another one is open."""
        container = current_container()
        try:
            store_id = store_for_token(container.database, bearer_token())
        except NotFound as error:
            raise unauthorized() from error
        message = read_message(read_json(request.get_data()))
        masked = mask_code(container, store_id, message)
        review, is_new = ask_review(container, store_id, masked)
        locale = reader_locale(accepted_languages())
        return review_document(review, locale), 201 if is_new else 200, in_language(locale)
