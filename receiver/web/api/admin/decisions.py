"""/api/v1/admin/decisions: the history of what was decided about a store."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length

from receiver.container import current_container
from receiver.services.decisions.history import page_of_decisions, show_decision
from receiver.web.api.admin.blueprint import AdminBlueprint, Moment, NumberedPage, page_document, page_schema
from receiver.web.api.schemas import RefusalSchema

decisions_api = AdminBlueprint("decisions", "Decisions about stores")


class DecisionArguments(NumberedPage):
    """The store whose decisions are listed."""

    store = fields.String(required=True, validate=Length(min=1, max=200), metadata={"example": "st_1"})


class DecisionRowSchema(Schema):
    """A decision, and what changed with it."""

    id = fields.Integer(required=True)
    store = fields.String(required=True)
    decided_at = Moment(required=True)
    stage = fields.String(required=True)
    verdict = fields.String(required=True)
    changes = fields.List(fields.Dict(), required=True)


class DecisionSchema(DecisionRowSchema):
    """A decision as it was kept, with the facts and terms it rests on."""

    answer = fields.Dict(required=True)
    facts = fields.Dict(required=True)
    programme = fields.Dict(required=True)


@decisions_api.route("/decisions")
class DecisionsView(MethodView):
    """The decisions about a store."""

    @decisions_api.arguments(DecisionArguments, location="query")
    @decisions_api.response(200, page_schema(DecisionRowSchema, "DecisionPage"))
    @decisions_api.alt_response(404, schema=RefusalSchema)
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List a store's decisions, the newest first; the same answer from the same facts is listed once."""
        page = page_of_decisions(
            current_container().database,
            arguments["store"],
            after=arguments.get("after"),
            limit=arguments["limit"],
        )
        return page_document(page)


@decisions_api.route("/decisions/<int:decision_id>")
class DecisionView(MethodView):
    """One decision."""

    @decisions_api.response(200, DecisionSchema)
    @decisions_api.alt_response(404, schema=RefusalSchema)
    def get(self, decision_id: int) -> dict[str, Any]:
        """Show a decision as it was made, with the facts and terms it rests on."""
        return show_decision(current_container().database, decision_id)
