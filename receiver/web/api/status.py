"""GET /api/v1/status: the merchant's plugin asks where its store stands."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from receiver.documents.languages import LANGUAGES, language_tag, reader_locale
from receiver.documents.status import with_freshness
from receiver.errors import NotFound
from receiver.services.status import status_for_token
from receiver.web.api.bearer import bearer_token, refused
from receiver.web.api.schemas import RefusalSchema, StatusSchema
from receiver.wiring import wiring

status_api = Blueprint("status", __name__, url_prefix="/api/v1", description="For the companion plugin")

LANGUAGE = {
    "in": "header",
    "name": "Accept-Language",
    "description": f"Of the sentences: {', '.join(LANGUAGES)}; anything else is answered in English.",
    "schema": {"type": "string"},
}
LANGUAGE_HEADERS = {
    "Content-Language": {"schema": {"type": "string"}},
    "Vary": {"schema": {"type": "string"}},
}


@status_api.route("/status")
class StatusView(MethodView):
    """Where the store of a status token stands."""

    @status_api.doc(security=[{"statusToken": []}], parameters=[LANGUAGE])
    @status_api.response(200, StatusSchema, headers=LANGUAGE_HEADERS)
    @status_api.alt_response(401, schema=RefusalSchema)
    @status_api.alt_response(503, schema=RefusalSchema)
    def get(self) -> tuple[dict[str, Any], dict[str, str]]:
        parts = wiring()
        try:
            status = status_for_token(parts.database, parts.now(), bearer_token())
        except NotFound as error:
            raise refused() from error
        locale = reader_locale(_languages_wanted())
        document = with_freshness(
            status.decision, status.store_name, status.stale, status.next_check, locale=locale
        )
        return document, {"Content-Language": language_tag(locale), "Vary": "Accept-Language"}


def _languages_wanted() -> list[str]:
    """Best first, refused ones left out."""
    # Not Werkzeug's best_match: it looks for exact tags first, and answers "es-AR, en;q=0.1" in English.
    return [tag for tag, quality in request.accept_languages if quality > 0]
