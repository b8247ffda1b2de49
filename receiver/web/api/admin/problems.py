"""/api/v1/admin/problems: what `problems` does on the command line."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length

from receiver.container import current_container
from receiver.domain.problems import ProblemCause, ProblemFilters, ProblemState
from receiver.domain.troubles import Actor
from receiver.services.problems.listing import acknowledge_problem, page_of_problems, problem_document
from receiver.services.validation import LONGEST, LONGEST_FILTER
from receiver.web.api.admin.blueprint import (
    AdminBlueprint,
    Choice,
    Moment,
    NumberedPage,
    page_document,
    page_schema,
)
from receiver.web.api.schemas import MAYBE, RefusalSchema

problems_api = AdminBlueprint("problems", "What goes wrong with messages, by cause and store")

TIME: dict[str, Any] = {"required": True, **MAYBE}


class ProblemArguments(NumberedPage):
    """A page of problems, and their filters."""

    state = Choice(ProblemState, load_default=ProblemState.OPEN)
    store = fields.String(
        validate=Length(min=1, max=LONGEST_FILTER),
        metadata={"description": "An id, or part of a name, address or id."},
    )
    cause = Choice(ProblemCause)
    who = Choice(Actor, metadata={"description": "Must act."})


class ProblemSchema(Schema):
    """Messages that could not be used, of one cause and store."""

    id = fields.Integer(required=True)
    state = fields.String(required=True, metadata={"enum": list(ProblemState)})
    cause = fields.String(required=True, metadata={"enum": list(ProblemCause)})
    what = fields.String(required=True, metadata={"description": "The cause in words."})
    who = fields.String(required=True, metadata={"enum": list(Actor)})
    cure = fields.String(required=True, metadata={"description": "What ends it, in words."})
    store = fields.String(required=True, **MAYBE, metadata={"description": "Null: no known store."})
    store_name = fields.String(required=True, **MAYBE)
    addresses = fields.List(
        fields.String(), required=True, metadata={"description": "Those that messages name instead."}
    )
    count = fields.Integer(required=True)
    kept = fields.Integer(
        required=True, metadata={"description": "Of them, those that can be processed again."}
    )
    first_at = Moment(required=True)
    last_at = Moment(required=True)
    acknowledged_by = fields.String(required=True, **MAYBE)
    acknowledged_at = Moment(**TIME)
    note = fields.String(required=True, **MAYBE)
    resolved_at = Moment(**TIME)


class NoteSchema(Schema):
    """The note of whoever acknowledges a problem: what is known or done about it."""

    note = fields.String(required=True, validate=Length(min=1, max=LONGEST))


@problems_api.route("/problems")
class ProblemsView(MethodView):
    """Problems with what senders deliver."""

    @problems_api.arguments(ProblemArguments, location="query")
    @problems_api.response(200, page_schema(ProblemSchema, "ProblemPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List problems, the most urgent cause first; the open ones where no state is named."""
        after, limit = arguments.pop("after", None), arguments.pop("limit")
        page = page_of_problems(
            current_container().database, ProblemFilters(**arguments), after=after, limit=limit
        )
        return page_document(page.show(problem_document))


@problems_api.route("/problems/<int:problem_id>/acknowledge")
class AcknowledgeView(MethodView):
    """The acknowledgement of a problem."""

    @problems_api.arguments(NoteSchema)
    @problems_api.response(200, ProblemSchema)
    @problems_api.alt_response(404, schema=RefusalSchema)
    @problems_api.alt_response(409, schema=RefusalSchema)
    def post(self, body: dict[str, Any], problem_id: int) -> dict[str, Any]:
        """Acknowledge an open problem; it still ends by itself."""
        container = current_container()
        problem = acknowledge_problem(container, problem_id, note=body["note"], actor=g.person.email)
        return problem_document(problem)
