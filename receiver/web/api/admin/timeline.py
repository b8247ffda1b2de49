"""GET /api/v1/admin/timeline: what happened when."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length

from receiver.container import current_container
from receiver.domain.timeline import TimelineFilters, TimelineKind
from receiver.services.overview.timeline import page_of_timeline
from receiver.services.validation import LONGEST_FILTER
from receiver.web.api.admin.blueprint import (
    AdminBlueprint,
    Choice,
    Moment,
    PageArguments,
    page_document,
    page_schema,
)
from receiver.web.api.schemas import MAYBE

timeline_api = AdminBlueprint("timeline", "What happened when")


class TimelineArguments(PageArguments):
    """A page of the timeline, and its filters."""

    since = Moment(metadata={"example": "2025-11-20T10:00:00Z"})
    until = Moment(metadata={"description": "Not included."})
    store = fields.String(
        validate=Length(min=1, max=LONGEST_FILTER),
        metadata={"description": "An id, or part of a name, address or id."},
    )
    kind = Choice(TimelineKind)


class TimelineEntrySchema(Schema):
    """Something that happened; of the kind `hour`, what was counted in the hour that began then."""

    at = Moment(required=True)
    kind = fields.String(required=True, metadata={"enum": list(TimelineKind)})
    id = fields.Integer(required=True, **MAYBE, metadata={"description": "Of its own kind."})
    store_id = fields.String(required=True, **MAYBE)
    store_name = fields.String(required=True, **MAYBE)
    state = fields.String(required=True, **MAYBE)
    subject = fields.String(required=True, **MAYBE)
    text = fields.String(required=True)


@timeline_api.route("/timeline")
class TimelineView(MethodView):
    """The timeline."""

    @timeline_api.arguments(TimelineArguments, location="query")
    @timeline_api.response(200, page_schema(TimelineEntrySchema, "TimelinePage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List events, the newest first.

        A page may hold fewer than `limit`, or none, and still have a `next`: one request reads a limited
        number of rows.
        """
        after, limit = arguments.pop("after", None), arguments.pop("limit")
        filters = TimelineFilters(**arguments)
        page = page_of_timeline(current_container().database, filters, after=after, limit=limit)
        return page_document(page.show(asdict))
