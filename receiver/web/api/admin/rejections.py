"""/api/v1/admin/quarantine and /rejections: lists rejected calls, and releases held ones."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from receiver.container import current_container
from receiver.domain.rejections import RejectionReason
from receiver.services.deliveries.replay import MOST_IDS
from receiver.services.inbox.quarantine import page_of_quarantine, release_from_quarantine
from receiver.services.inbox.rejections import list_samples, page_of_rejections
from receiver.services.validation import LONGEST, LONGEST_FILTER
from receiver.web.api.admin.blueprint import (
    AdminBlueprint,
    Choice,
    Moment,
    NumberedPage,
    PageArguments,
    page_document,
    page_schema,
)
from receiver.web.api.admin.deliveries import NUMBER
from receiver.web.api.schemas import MAYBE

rejections_api = AdminBlueprint("rejections", "Quarantine and rejected calls")

NAMED = {"description": "An id, or part of a name, address or id."}
STORE = fields.String(validate=Length(min=1, max=LONGEST_FILTER), metadata=NAMED)
MOST_SAMPLES = 200


class QuarantineArguments(NumberedPage):
    """The store whose quarantine is listed."""

    store = STORE


class HeldSchema(Schema):
    """A call whose signature fits no secret of its store."""

    id = fields.Integer(required=True)
    store = fields.String(required=True)
    store_name = fields.String(required=True)
    topic = fields.String(required=True, **MAYBE)
    received_at = Moment(required=True)
    bytes = fields.Integer(required=True)
    body_sha256 = fields.String(required=True)


class ReleaseSchema(Schema):
    """The calls to verify anew: of one store or by ids; neither: all."""

    store = STORE
    ids = fields.List(
        fields.Integer(strict=True, validate=NUMBER), load_default=(), validate=Length(max=MOST_IDS)
    )
    reason = fields.String(required=True, validate=Length(min=1, max=LONGEST))
    dry_run = fields.Boolean(load_default=False)


class TriedSchema(Schema):
    """The result for one call: the delivery it is now, or why it stays."""

    id = fields.Integer(required=True)
    delivery_id = fields.Integer(data_key="delivery", required=True, **MAYBE)
    problem = fields.String(required=True, **MAYBE)


class ReleasedSchema(Schema):
    """The result for each call."""

    tried = fields.List(fields.Nested(TriedSchema), required=True)


class RejectionFilters(Schema):
    """Filters of rejections: a store (empty: callers that are no known one), and a reason."""

    store = fields.String(validate=Length(max=LONGEST_FILTER), metadata=NAMED)
    reason = Choice(RejectionReason)


class RejectionArguments(PageArguments, RejectionFilters):
    """A page of rejections, and their filters."""


class RejectionSchema(Schema):
    """The number of calls rejected on a day, in UTC."""

    day = fields.Date(required=True)
    store_id = fields.String(data_key="store", required=True)
    store_name = fields.String(required=True, **MAYBE)
    reason = fields.String(required=True)
    count = fields.Integer(required=True)


class SampleArguments(RejectionFilters):
    """The number of samples, and their filters."""

    limit = fields.Integer(load_default=50, validate=Range(min=1, max=MOST_SAMPLES))


class SampleSchema(Schema):
    """A rejected call, without credentials and body."""

    at = Moment(required=True)
    store_id = fields.String(data_key="store", required=True)
    store_name = fields.String(required=True, **MAYBE)
    reason = fields.String(required=True)
    bytes = fields.Integer(required=True, **MAYBE)
    headers = fields.List(fields.List(fields.String()), required=True)


class SamplesSchema(Schema):
    """Samples of rejected calls, the newest first."""

    items = fields.List(fields.Nested(SampleSchema), required=True)


@rejections_api.route("/deliveries/quarantine")
@rejections_api.route("/quarantine")
class QuarantineView(MethodView):
    """The calls in quarantine."""

    @rejections_api.arguments(QuarantineArguments, location="query")
    @rejections_api.response(200, page_schema(HeldSchema, "QuarantinePage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List calls in quarantine, the oldest first."""
        page = page_of_quarantine(
            current_container().database,
            arguments.get("store"),
            after=arguments.get("after"),
            limit=arguments["limit"],
        )
        return page_document(page)


@rejections_api.route("/deliveries/quarantine/release")
@rejections_api.route("/deliveries/quarantine/take-in")
@rejections_api.route("/quarantine/take-in")
class ReleaseView(MethodView):
    """The release of calls from quarantine."""

    @rejections_api.arguments(ReleaseSchema)
    @rejections_api.response(200, ReleasedSchema)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Verify calls anew; those that are valid go into the inbox like any delivery, the rest stays."""
        container = current_container()
        results = release_from_quarantine(
            container,
            store=body.get("store"),
            ids=body["ids"],
            reason=body["reason"],
            actor=g.person.email,
            dry_run=body["dry_run"],
        )
        return {"tried": results}


@rejections_api.route("/rejections")
class RejectionsView(MethodView):
    """Rejected calls, counted."""

    @rejections_api.arguments(RejectionArguments, location="query")
    @rejections_api.response(200, page_schema(RejectionSchema, "RejectionPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Count rejections by day, the newest day first, pings included."""
        page = page_of_rejections(
            current_container().database,
            **_filters(arguments),
            after=arguments.get("after"),
            limit=arguments["limit"],
        )
        return page_document(page)


@rejections_api.route("/rejections/samples")
class SamplesView(MethodView):
    """Samples of rejected calls, the newest of each kind."""

    @rejections_api.arguments(SampleArguments, location="query")
    @rejections_api.response(200, SamplesSchema)
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List samples of rejected calls, without credentials and bodies."""
        return {
            "items": list_samples(
                current_container().database, **_filters(arguments), limit=arguments["limit"]
            )
        }


def _filters(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"store": arguments.get("store"), "reason": arguments.get("reason")}
