"""/api/v1/admin/deliveries: what `deliveries list` and `deliveries show` do on the command line."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from receiver.container import current_container
from receiver.domain.deliveries import DeliveryFilters, DeliveryReason, DeliverySource, DeliveryState
from receiver.errors import Refused
from receiver.paging import LARGEST_ID
from receiver.services.deliveries.detail import DeliveryDetail, delivery_detail, raw_body, redacted_body
from receiver.services.deliveries.search import MOST_COUNTED, count_by_state, search_deliveries
from receiver.services.deliveries.signature_check import SecretVersion, VerificationStatus
from receiver.services.validation import LONGEST_FILTER
from receiver.web.api.admin.blueprint import (
    AdminBlueprint,
    Choice,
    Moment,
    NumberedPage,
    page_document,
    page_schema,
)
from receiver.web.api.schemas import MAYBE, RefusalSchema

deliveries_api = AdminBlueprint("deliveries", "Deliveries: found, and looked at without secrets and people")

TEXT: dict[str, Any] = {"validate": Length(min=1, max=LONGEST_FILTER)}
TIME: dict[str, Any] = {"required": True, **MAYBE}
NUMBER = Range(min=1, max=LARGEST_ID)


class DeliveryFiltersSchema(Schema):
    """Filters of deliveries."""

    state = Choice(DeliveryState)
    source = Choice(DeliverySource)
    store = fields.String(**TEXT, metadata={"description": "An id, or part of a name, address or id."})
    topic = fields.String(**TEXT)
    delivery = fields.String(**TEXT, metadata={"description": "The id its sender gave it."})
    since = Moment()
    until = Moment(metadata={"description": "Not included."})
    search = fields.String(**TEXT, metadata={"description": "Part of an id, topic, hash or error."})
    cause = Choice(DeliveryReason, metadata={"description": "Why it ended without an effect."})
    failed_in = fields.Integer(
        validate=NUMBER,
        metadata={"description": "The replay in which it failed; it has not succeeded since."},
    )


class DeliveryArguments(NumberedPage, DeliveryFiltersSchema):
    """A page of deliveries, and their filters."""


class DeliveryRowSchema(Schema):
    """A delivery and how far it has come."""

    id = fields.Integer(required=True)
    state = fields.String(required=True, metadata={"enum": list(DeliveryState)})
    source = fields.String(required=True)
    store = fields.String(attribute="store_id", required=True, **MAYBE)
    store_name = fields.String(required=True, **MAYBE)
    topic = fields.String(required=True, **MAYBE)
    delivery_id = fields.String(required=True, **MAYBE)
    webhook_id = fields.String(required=True, **MAYBE)
    received_at = Moment(required=True)
    body_sha256 = fields.String(required=True)
    body_bytes = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Of the body as it came, also where it was not kept."},
    )
    duplicates = fields.Integer(required=True)
    due_at = Moment(**TIME)
    cause = fields.String(
        attribute="reason", required=True, **MAYBE, metadata={"enum": [*DeliveryReason, None]}
    )
    error = fields.String(required=True, **MAYBE)
    request_id = fields.String(
        required=True, **MAYBE, metadata={"description": "Of the call that brought it, as in the logs."}
    )


class CountsSchema(Schema):
    """Deliveries by state; a count over `counted_up_to` means more than that."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True, **MAYBE)
    counted_up_to = fields.Integer(required=True)


class AttemptSchema(Schema):
    """A try at a delivery."""

    at = Moment(required=True)
    actor = fields.String(required=True)
    outcome = fields.String(required=True)
    error = fields.String(required=True, **MAYBE)


class SignedSchema(Schema):
    """A check of the signature: by the secrets valid now, and by all that ever were."""

    proof = fields.String(required=True, metadata={"enum": list(VerificationStatus)})
    secret = fields.String(required=True, **MAYBE, metadata={"enum": [*SecretVersion, None]})
    until = Moment(**TIME)


class DeliverySchema(Schema):
    """A delivery in full; `body` is null where it is not JSON or was dropped, and `not_shown` says why."""

    delivery = fields.Nested(DeliveryRowSchema, required=True)
    attempts = fields.List(fields.Nested(AttemptSchema), required=True)
    body_hash = fields.String(required=True, metadata={"enum": list(VerificationStatus)})
    signature = fields.Nested(SignedSchema, required=True)
    body = fields.Raw(required=True, **MAYBE)
    hidden = fields.List(
        fields.String(), required=True, metadata={"description": "Where something is left out."}
    )
    not_shown = fields.String(required=True, **MAYBE)


@deliveries_api.route("/deliveries")
class DeliveriesView(MethodView):
    """The inbox."""

    @deliveries_api.arguments(DeliveryArguments, location="query")
    @deliveries_api.response(200, page_schema(DeliveryRowSchema, "DeliveryPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List deliveries, the newest first. A page may hold fewer than asked for and still have a `next`."""
        after, limit = arguments.pop("after", None), arguments.pop("limit")
        page = search_deliveries(
            current_container().database, DeliveryFilters(**arguments), after=after, limit=limit
        )
        return page_document(page)


@deliveries_api.route("/deliveries/counts")
class CountsView(MethodView):
    """The deliveries of each state."""

    @deliveries_api.arguments(DeliveryFiltersSchema(exclude=("state",)), location="query")
    @deliveries_api.response(200, CountsSchema)
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Count deliveries by state; null where that is slow, as with filters other than stores and times."""
        counts = count_by_state(current_container().database, DeliveryFilters(**arguments))
        return {"counts": counts, "counted_up_to": MOST_COUNTED}


@deliveries_api.route("/deliveries/<int:delivery_id>")
class DeliveryView(MethodView):
    """One delivery."""

    @deliveries_api.response(200, DeliverySchema)
    @deliveries_api.alt_response(404, schema=RefusalSchema)
    def get(self, delivery_id: int) -> dict[str, Any]:
        """Show a delivery: its attempts, the check of its hash and signature, and its redacted body."""
        container = current_container()
        detail = delivery_detail(container, delivery_id)
        return {
            "delivery": detail.delivery,
            "attempts": detail.attempts,
            "body_hash": str(detail.body_hash),
            "signature": detail.signature,
            **_body(detail),
        }


@deliveries_api.route("/deliveries/<int:delivery_id>/raw")
class RawView(MethodView):
    """The bytes of a delivery."""

    @deliveries_api.response(200, content_type="application/octet-stream")
    @deliveries_api.alt_response(404, schema=RefusalSchema)
    @deliveries_api.alt_response(409, schema=RefusalSchema)
    def post(self, delivery_id: int) -> Response:
        """Return a delivery's body exactly as received, for operators; a POST, since it is audited."""
        container = current_container()
        raw = raw_body(container, delivery_id, actor=g.person.email)
        return Response(raw, mimetype="application/octet-stream")


def _body(detail: DeliveryDetail) -> dict[str, Any]:
    try:
        body, hidden = redacted_body(detail)
    except Refused as error:
        return {"body": None, "hidden": [], "not_shown": str(error)}
    return {"body": body, "hidden": hidden, "not_shown": None}
