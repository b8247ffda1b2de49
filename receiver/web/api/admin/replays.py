"""/api/v1/admin/replays: what `deliveries replay` and `deliveries replays` do on the command line."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from receiver.container import current_container
from receiver.domain.deliveries import DeliveryFilters
from receiver.domain.replays import DEFAULT_RATE, ReplayState
from receiver.services.deliveries.replay import (
    HIGHEST_RATE,
    MOST_IDS,
    cancel,
    page_of_replays,
    preview,
    progress,
    start,
)
from receiver.services.validation import LONGEST
from receiver.web.api.admin.blueprint import AdminBlueprint, Moment, NumberedPage, page_document, page_schema
from receiver.web.api.admin.deliveries import NUMBER, DeliveryFiltersSchema
from receiver.web.api.schemas import MAYBE, RefusalSchema

replays_api = AdminBlueprint("replays", "Replays: tried out, asked for, followed and cancelled")

TIME: dict[str, Any] = {"required": True, **MAYBE}
COUNTS: dict[str, Any] = {"keys": fields.String(), "values": fields.Integer(), "required": True}


class WhichSchema(DeliveryFiltersSchema):
    """The deliveries to replay: `ids`, or at least one filter."""

    ids = fields.List(fields.Integer(strict=True, validate=NUMBER), validate=Length(min=1, max=MOST_IDS))


class AskedSchema(WhichSchema):
    """The deliveries to process once more, the reason, and the rate."""

    reason = fields.String(required=True, validate=Length(min=1, max=LONGEST))
    rate = fields.Integer(
        strict=True,
        load_default=DEFAULT_RATE,
        validate=Range(min=1, max=HIGHEST_RATE),
        metadata={"description": "Deliveries a second, at most."},
    )


class PreviewSchema(Schema):
    """The deliveries that a replay would find now."""

    matching = fields.Integer(required=True)
    to_replay = fields.Integer(required=True)
    changes_nothing = fields.Integer(required=True, metadata={"description": "Processed already."})
    left_out = fields.Dict(**COUNTS)
    by = fields.Dict(keys=fields.String(), values=fields.Dict(**COUNTS), required=True)
    store_names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    oldest = Moment(**TIME)
    newest = Moment(**TIME)


class ReplaySchema(Schema):
    """A replay and its progress."""

    id = fields.Integer(required=True)
    state = fields.String(required=True, metadata={"enum": list(ReplayState)})
    asked_at = Moment(required=True)
    actor = fields.String(required=True)
    reason = fields.String(required=True)
    filters = fields.Dict(required=True)
    rate = fields.Integer(required=True)
    total = fields.Integer(required=True)
    done = fields.Integer(required=True)
    outcomes = fields.Dict(**COUNTS)
    ended_at = Moment(**TIME)


@replays_api.route("/deliveries/replay")
@replays_api.route("/replays")
class ReplaysView(MethodView):
    """All replays."""

    @replays_api.arguments(NumberedPage, location="query")
    @replays_api.response(200, page_schema(ReplaySchema, "ReplayPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List replays, the newest first."""
        page = page_of_replays(
            current_container().database, after=arguments.get("after"), limit=arguments["limit"]
        )
        return page_document(page)

    @replays_api.arguments(AskedSchema)
    @replays_api.response(201, ReplaySchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Start a replay; the worker does it in the background, live deliveries first."""
        container, reason, rate = current_container(), body.pop("reason"), body.pop("rate")
        return start(
            container,
            _filters(body),
            actor=g.person.email,
            reason=reason,
            rate=rate,
        )


@replays_api.route("/replays/preview")
class PreviewView(MethodView):
    """A preview of a replay."""

    @replays_api.arguments(WhichSchema)
    @replays_api.response(200, PreviewSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Count what would be replayed, and change nothing."""
        return preview(current_container(), _filters(body))


@replays_api.route("/replays/<int:replay_id>")
class ReplayView(MethodView):
    """One replay."""

    @replays_api.response(200, ReplaySchema)
    @replays_api.alt_response(404, schema=RefusalSchema)
    def get(self, replay_id: int) -> Any:
        """Show the progress of a replay."""
        return progress(current_container().database, replay_id)


@replays_api.route("/replays/<int:replay_id>/cancel")
class CancelView(MethodView):
    """The end of a replay."""

    @replays_api.response(200, ReplaySchema)
    @replays_api.alt_response(404, schema=RefusalSchema)
    @replays_api.alt_response(409, schema=RefusalSchema)
    def post(self, replay_id: int) -> Any:
        """Cancel a replay after the batch in hand; what is done stays done."""
        container = current_container()
        return cancel(container, replay_id, actor=g.person.email)


def _filters(body: dict[str, Any]) -> DeliveryFilters:
    ids = body.pop("ids", None)
    return DeliveryFilters(**body, ids=tuple(dict.fromkeys(ids)) if ids else None)
