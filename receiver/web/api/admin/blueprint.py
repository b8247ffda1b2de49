"""The base of every part of the admin API: guarded as a whole, and described with its guard."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask import Request
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields, missing
from marshmallow.validate import Length, OneOf, Range, Regexp
from webargs.flaskparser import FlaskParser, is_json_request

from receiver.paging import Page
from receiver.strict_json import read_json
from receiver.web.api.admin.guard import SAFE, only_staff, tell_expiry
from receiver.web.api.schemas import MAYBE, RefusalSchema

LONGEST_PAGE = 200


class _Parser(FlaskParser):
    """The parser of arguments; answers 400, also to a misspelt filter: it must not look like no filter."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = {"query": RAISE, "json": RAISE}  # noqa: RUF012 (webargs' own way)

    def _raw_load_json(self, req: Request) -> Any:
        return read_json(req.get_data()) if is_json_request(req) else missing


class AdminBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest carries no types
    """Routes under /api/v1/admin: for staff tokens only; what changes something, for operators' only.

    `g.person` is whose token it is.
    """

    ARGUMENTS_PARSER = _Parser()

    def __init__(self, area: str, description: str) -> None:
        super().__init__(f"admin_{area}", __name__, url_prefix="/api/v1/admin", description=description)
        self.before_request(only_staff)
        self.after_request(tell_expiry)
        self._prepare_doc_cbks.append(_describe_guard)


class PageArguments(Schema):
    """A page of a listing; a listing's own filters are added by a subclass."""

    after = fields.String(
        validate=Length(min=1, max=200), metadata={"description": "`next` of the page before."}
    )
    limit = fields.Integer(load_default=50, validate=Range(min=1, max=LONGEST_PAGE))


class NumberedPage(PageArguments):
    """A page of a listing whose items have numbers."""

    after = fields.String(
        validate=Regexp(r"[0-9]{1,18}\Z"), metadata={"description": "`next` of the page before."}
    )


class Choice(fields.String):
    """A text that is the value of an enum's member, read as that member."""

    def __init__(self, choices: Iterable[StrEnum], **more: Any) -> None:
        self._by_value = {choice.value: choice for choice in choices}
        super().__init__(validate=OneOf(list(self._by_value)), **more)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *args, **kwargs)
        return self._by_value.get(text, text)  # of an unknown one, `validate` says what would be right


class Moment(fields.AwareDateTime):
    """A time in ISO 8601: taken with any offset and given on in UTC, shown with a Z."""

    def _serialize(self, value: datetime | None, *_: Any, **__: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> datetime:
        try:
            return super()._deserialize(value, *args, **kwargs).astimezone(UTC)
        except OverflowError as error:  # its offset leads out of the calendar
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from error


def page_schema(item: type[Schema], name: str) -> type[Schema]:
    """Return the schema of a page: `items`, and `next`, which is null on the last one."""
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(**MAYBE, required=True),
        },
        name=name,
    )


def page_document(page: Page[Any]) -> dict[str, Any]:
    """Return a page as `page_schema` describes it."""
    return {"items": page.rows, "next": page.next}


def _describe_guard(doc: dict[str, Any], _info: dict[str, Any], *, method: str, **_: Any) -> dict[str, Any]:
    """Add the token and the guard's answers to the description, so that no view repeats them."""
    refusals = {401: "No staff token, a wrong one, or one that has expired.", 503: "Temporarily unavailable."}
    if method.upper() not in SAFE:
        refusals[403] = "The token is a viewer's."
    content = {"application/json": {"schema": RefusalSchema}}
    responses = {str(status): {"description": text, "content": content} for status, text in refusals.items()}
    doc["responses"] = {**responses, **doc.get("responses", {})}
    doc["security"] = [{"staffToken": []}]
    return doc
