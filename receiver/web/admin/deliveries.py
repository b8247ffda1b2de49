"""The inbox: looked through by filters that stand in the address, and one delivery in full."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, g, render_template, request

from receiver.domain.deliveries import State
from receiver.errors import InputError, Refused
from receiver.services.processing.look import LONGEST_FILTER, look_through
from receiver.services.processing.view import raw_body, redacted_body, view
from receiver.storage.deliveries import Filters
from receiver.storage.delivery_search import Found
from receiver.storage.tables import Delivery
from receiver.web.admin.plain import readers_zone
from receiver.web.admin.sign_in import operators_only, staff_only
from receiver.wiring import wiring

delivery_pages = Blueprint(
    "deliveries", __name__, url_prefix="/admin/deliveries", template_folder="templates"
)

PAGE = 50
NAMES = ("state", "source", "store", "topic", "delivery", "since", "until", "search")


@delivery_pages.get("")
@staff_only
def show() -> str | tuple[str, int]:
    asked = {name: request.args[name].strip() for name in NAMES if request.args.get(name, "").strip()}
    after = request.args.get("after")
    try:
        found = look_through(wiring().database, _filters(asked), after=after, limit=PAGE)
    except InputError as error:
        return _page(asked, Found((), None, 0, True), refused=str(error)), 400
    return _page(asked, found)


@delivery_pages.get("/<int:delivery_id>")
@staff_only
def one(delivery_id: int) -> str:
    parts = wiring()
    secret = parts.settings.tiktok_app_secret
    viewed = view(parts.database, parts.seal, parts.now(), delivery_id, tiktok_secret=secret)
    body, hidden, refused = _body(viewed.delivery)
    return render_template("delivery.html", viewed=viewed, body=body, hidden=hidden, refused=refused)


@delivery_pages.get("/<int:delivery_id>/raw")
@operators_only
def raw(delivery_id: int) -> Response:
    """A download: never shown by a browser as anything."""
    parts = wiring()
    kept = raw_body(parts.database, parts.now(), delivery_id, actor=g.person.email)
    answer = Response(kept, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="delivery-{delivery_id}.bin"'
    return answer


def _page(asked: dict[str, str], found: Found, refused: str = "") -> str:
    return render_template(
        "deliveries.html",
        asked=asked,
        found=found,
        states=list(State),
        longest=LONGEST_FILTER,
        refused=refused,
    )


def _body(delivery: Delivery) -> tuple[str | None, list[str], str]:
    try:
        shown, hidden = redacted_body(delivery)
    except Refused as error:
        return None, [], str(error)
    return json.dumps(shown, indent=2, ensure_ascii=False, default=str), hidden, ""


def _filters(asked: dict[str, str]) -> Filters:
    """Both dates are included, in the reader's zone."""
    given: dict[str, Any] = dict(asked)
    if "since" in given:
        given["since"] = _start_of(given["since"], "since")
    if "until" in given:
        given["until"] = _start_of(given["until"], "until", days_later=1)
    return Filters(**given)


def _start_of(text: str, path: str, days_later: int = 0) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text) + timedelta(days=days_later), time(), readers_zone())
    except (ValueError, OverflowError):
        raise InputError("must be a date such as 2025-11-20", path=path) from None
