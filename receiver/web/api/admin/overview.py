"""/api/v1/admin/today and /overview: the work queue and the console's first page."""

from __future__ import annotations

from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import Schema, fields

from receiver.container import current_container
from receiver.domain.health import Health, SignId
from receiver.services.alerts.work_queue import MOST, TodoItem, list_todo_items
from receiver.services.overview.summary import overview_document, read_overview
from receiver.web.api.admin.blueprint import AdminBlueprint, Moment
from receiver.web.api.schemas import MAYBE

overview_api = AdminBlueprint("overview", "Work queue and overview")


class TodoItemSchema(Schema):
    """An item of the work queue."""

    id = fields.String(required=True)
    count = fields.Integer(required=True, metadata={"description": f"At most {MOST}."})
    more = fields.Boolean(required=True, metadata={"description": "There are more than `count`."})
    since = Moment(required=True, **MAYBE)


class TodaySchema(Schema):
    """The work queue, the most urgent item first."""

    matters = fields.List(fields.Nested(TodoItemSchema), required=True)


class TodoItemWithSumsSchema(TodoItemSchema):
    """An item of the work queue, with the credit of the awards it is about."""

    credit = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class SignSchema(Schema):
    """A vital sign; `at` is the moment it is about."""

    id = fields.String(required=True, metadata={"enum": list(SignId)})
    health = fields.String(required=True, metadata={"enum": list(Health)})
    text = fields.String(required=True)
    at = Moment(required=True, **MAYBE)
    count = fields.Integer(required=True, **MAYBE)
    total = fields.Integer(required=True, **MAYBE)


class FlowHourSchema(Schema):
    """The ends of deliveries in the hour that began then; null: nothing was counted yet."""

    hour = Moment(required=True)
    processed = fields.Integer(required=True, **MAYBE)
    dead = fields.Integer(required=True, **MAYBE)
    refused = fields.Integer(required=True, **MAYBE)


class OverviewSchema(Schema):
    """The console's first page."""

    as_of = Moment(required=True)
    matters = fields.List(fields.Nested(TodoItemWithSumsSchema), required=True)
    signs = fields.List(fields.Nested(SignSchema), required=True)
    hours = fields.List(fields.Nested(FlowHourSchema), required=True)
    counted_at = Moment(required=True, **MAYBE, metadata={"description": "Null: no worker has counted yet."})
    stages = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True, **MAYBE)
    awards = fields.Dict(required=True, **MAYBE, metadata={"description": "By state and currency."})


@overview_api.route("/today")
class TodayView(MethodView):
    """The work queue."""

    @overview_api.response(200, TodaySchema)
    def get(self) -> dict[str, Any]:
        """List what needs a person today, as the console's first page does."""
        container = current_container()
        items = list_todo_items(container, g.person)
        return {"matters": list(map(_todo_item, items))}


@overview_api.route("/overview")
class OverviewView(MethodView):
    """Everything on the first page of the console."""

    @overview_api.response(200, OverviewSchema)
    def get(self) -> dict[str, Any]:
        """Show the overview as of now, as the console's first page does."""
        container = current_container()
        overview = read_overview(container, g.person)
        return overview_document(overview)


def _todo_item(item: TodoItem) -> dict[str, Any]:
    more = item.count > MOST
    return {"id": item.id, "count": min(item.count, MOST), "more": more, "since": item.since}
