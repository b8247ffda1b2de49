"""GET /api/v1/what-if: the merchant's plugin asks what an amount spent each day leads to."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from receiver.container import current_container
from receiver.documents.progress import what_if_document
from receiver.errors import InputError, NotFound
from receiver.i18n.languages import reader_locale
from receiver.services.decisions.status import status_for_token
from receiver.web.api.bearer import bearer_token, unauthorized
from receiver.web.api.language import LANGUAGE, LANGUAGE_HEADERS, accepted_languages, in_language
from receiver.web.api.schemas import RefusalSchema, WhatIfSchema

what_if_api = Blueprint("what_if", __name__, url_prefix="/api/v1", description="For the companion plugin")

AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?", re.ASCII)
PER_DAY = {
    "name": "per_day",
    "in": "query",
    "required": True,
    "description": "To be spent each day, in the ad account's currency.",
    "schema": {"type": "string", "pattern": f"^{AMOUNT.pattern}$"},
    "example": "45.50",
}


@what_if_api.route("/what-if")
class WhatIfView(MethodView):
    """The further tier that a status token's store reaches with that, its date, and that of its credit."""

    @what_if_api.doc(security=[{"statusToken": []}], parameters=[LANGUAGE, PER_DAY])
    @what_if_api.response(200, WhatIfSchema, headers=LANGUAGE_HEADERS)
    @what_if_api.alt_response(400, schema=RefusalSchema)
    @what_if_api.alt_response(401, schema=RefusalSchema)
    @what_if_api.alt_response(503, schema=RefusalSchema)
    def get(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the next tier reached at this daily spend, its date, and the date of its credit."""
        container = current_container()
        try:
            status = status_for_token(container, bearer_token())
        except NotFound as error:
            raise unauthorized() from error
        locale = reader_locale(accepted_languages())
        return what_if_document(status.decision, _per_day(), locale), in_language(locale)


def _per_day() -> Decimal:
    amount = request.args.get("per_day", "")
    if not AMOUNT.fullmatch(amount):
        raise InputError("must be an amount such as 45.50", path="per_day")
    return Decimal(amount)
