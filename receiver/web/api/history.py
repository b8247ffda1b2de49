"""GET /api/v1/history: the merchant's plugin asks what changed for its store, and when."""

from __future__ import annotations

import re
from typing import Any

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from receiver.container import current_container
from receiver.errors import InputError, NotFound
from receiver.i18n.languages import reader_locale
from receiver.services.decisions.merchant_history import merchant_history
from receiver.web.api.bearer import bearer_token, unauthorized
from receiver.web.api.language import LANGUAGE, LANGUAGE_HEADERS, accepted_languages, in_language
from receiver.web.api.schemas import HistorySchema, RefusalSchema

history_api = Blueprint("history", __name__, url_prefix="/api/v1", description="For the companion plugin")

NUMBER = re.compile("[0-9]{1,18}", re.ASCII)
AFTER = {
    "name": "after",
    "in": "query",
    "description": "`next` of the page before.",
    "schema": {"type": "string", "pattern": f"^{NUMBER.pattern}$"},
}


@history_api.route("/history")
class HistoryView(MethodView):
    """The changes of the store of a status token, and when."""

    @history_api.doc(security=[{"statusToken": []}], parameters=[LANGUAGE, AFTER])
    @history_api.response(200, HistorySchema, headers=LANGUAGE_HEADERS)
    @history_api.alt_response(400, schema=RefusalSchema)
    @history_api.alt_response(401, schema=RefusalSchema)
    @history_api.alt_response(503, schema=RefusalSchema)
    def get(self) -> tuple[dict[str, Any], dict[str, str]]:
        """List changes of the status, the newest first; a page may hold few and still have a next one."""
        token, locale = bearer_token(), reader_locale(accepted_languages())
        try:
            changes, following = merchant_history(
                current_container().database, token, locale, before=_after()
            )
        except NotFound as error:
            raise unauthorized() from error
        return {"changes": changes, "next": None if following is None else str(following)}, in_language(
            locale
        )


def _after() -> int | None:
    cursor = request.args.get("after")
    if cursor is None:
        return None
    if not NUMBER.fullmatch(cursor):
        raise InputError("must be `next` of the page before", path="after")
    return int(cursor)
