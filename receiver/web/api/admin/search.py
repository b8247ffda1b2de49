"""GET /api/v1/admin/search: what `search` does on the command line."""

from __future__ import annotations

from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length

from receiver.container import current_container
from receiver.services.search.everything import HitKind, SearchResult, search_everything
from receiver.services.validation import LONGEST_FILTER
from receiver.web.api.admin.blueprint import AdminBlueprint
from receiver.web.api.schemas import MAYBE

search_api = AdminBlueprint("search", "Stores, deliveries and awards, found by one text")
KINDS = {"enum": list(HitKind)}


class SearchArguments(Schema):
    """The text to look for."""

    text = fields.String(
        required=True,
        validate=Length(min=1, max=LONGEST_FILTER),
        metadata={
            "description": "Part of a store's name, address, ad account or id; a delivery's number or its "
            "sender's id; an award's id or reference. No redeem code is searched."
        },
    )


class HitSchema(Schema):
    """A hit."""

    kind = fields.String(required=True, metadata=KINDS)
    id = fields.String(required=True)
    title = fields.String(required=True)
    detail = fields.String(required=True)
    store_id = fields.String(data_key="store", required=True, **MAYBE)
    store_name = fields.String(required=True, **MAYBE)


class SearchSchema(Schema):
    """The hits, stores first; `more` names the kinds of which there is more."""

    hits = fields.List(fields.Nested(HitSchema), data_key="items", required=True)
    more = fields.List(fields.String(metadata=KINDS), required=True)
    senders_ids_among = fields.Integer(
        required=True,
        metadata={"description": "How many of the newest deliveries were looked at for their senders' ids."},
    )


@search_api.route("/search")
class SearchView(MethodView):
    """The search box."""

    @search_api.arguments(SearchArguments, location="query")
    @search_api.response(200, SearchSchema)
    def get(self, arguments: dict[str, str]) -> SearchResult:
        """Search, and return the first 20 results of each kind."""
        return search_everything(current_container().database, arguments["text"])
