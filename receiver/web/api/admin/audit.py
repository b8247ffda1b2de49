"""GET /api/v1/admin/audit: who changed what, when and why."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields
from marshmallow.validate import Length

from receiver.container import current_container
from receiver.documents.times import time_text
from receiver.domain.audit import AuditAction, AuditFilters
from receiver.services.staff.audit import AuditRecord, search_audit
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

audit_api = AdminBlueprint("audit", "Audit log")

TEXT: dict[str, Any] = {"validate": Length(min=1, max=LONGEST_FILTER)}


class AuditArguments(PageArguments):
    """A page of audit entries, and their filters."""

    actor = fields.String(**TEXT, metadata={"description": "Who did it, in full."})
    action = Choice(AuditAction)
    store = fields.String(**TEXT, metadata={"description": "An id, or part of a name, address or id."})
    since = Moment(metadata={"example": "2025-11-20T00:00:00Z"})
    until = Moment(metadata={"description": "Not included."})
    text = fields.String(**TEXT, metadata={"description": "Part of an action, subject or detail."})


class AuditEntrySchema(Schema):
    """One change."""

    id = fields.Integer(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})
    actor = fields.String(required=True)
    action = fields.String(required=True)
    subject = fields.String(required=True)
    store = fields.String(required=True, **MAYBE)
    store_name = fields.String(required=True, **MAYBE)
    detail = fields.Dict(required=True)


@audit_api.route("/audit")
class AuditView(MethodView):
    """The audit log."""

    @audit_api.arguments(AuditArguments, location="query")
    @audit_api.response(200, page_schema(AuditEntrySchema, "AuditPage"))
    def get(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """List audit entries, the newest first.

        A page may hold fewer than `limit`, or none, and still have a `next`: one request reads a limited
        number of entries.
        """
        after, limit = arguments.pop("after", None), arguments.pop("limit")
        page = search_audit(current_container().database, AuditFilters(**arguments), after=after, limit=limit)
        return page_document(page.show(_item))


def _item(entry: AuditRecord) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": time_text(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "store": entry.store_id,
        "store_name": entry.store_name,
        "detail": entry.detail,
    }
