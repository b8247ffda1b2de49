"""GET /api/v1/status: the merchant's plugin asks where its store stands."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from receiver.container import current_container
from receiver.documents.status import full_document
from receiver.errors import NotFound
from receiver.i18n.languages import reader_locale
from receiver.services.decisions.status import status_for_merchant
from receiver.web.api.bearer import bearer_token, unauthorized
from receiver.web.api.language import LANGUAGE, LANGUAGE_HEADERS, accepted_languages, in_language
from receiver.web.api.schemas import RefusalSchema, StatusSchema

status_api = Blueprint("status", __name__, url_prefix="/api/v1", description="For the companion plugin")


@status_api.route("/status")
class StatusView(MethodView):
    """The status of the store of a status token."""

    @status_api.doc(security=[{"statusToken": []}], parameters=[LANGUAGE])
    @status_api.response(200, StatusSchema, headers=LANGUAGE_HEADERS)
    @status_api.alt_response(401, schema=RefusalSchema)
    @status_api.alt_response(503, schema=RefusalSchema)
    def get(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the store's status."""
        container = current_container()
        try:
            status = status_for_merchant(container, bearer_token())
        except NotFound as error:
            raise unauthorized() from error
        locale = reader_locale(accepted_languages())
        document = full_document(
            status,
            locale,
            mail_available=container.mail is not None,
            contact=container.settings.support_contact or None,
        )
        return document, in_language(locale)
