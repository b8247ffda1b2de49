"""The inbox: looked through by filters that stand in the address, and one delivery in full."""

from __future__ import annotations

import json

from flask import Blueprint, Response, g, render_template, request

from receiver.container import current_container
from receiver.domain.deliveries import DeliverySource, DeliveryState
from receiver.errors import InputError, Refused
from receiver.paging import CountedPage
from receiver.services.deliveries.detail import DeliveryDetail, delivery_detail, raw_body, redacted_body
from receiver.services.deliveries.search import DeliverySummary, search_deliveries
from receiver.services.validation import LONGEST_FILTER
from receiver.web.admin.delivery_filters import read_filters, said_in
from receiver.web.admin.sign_in import operators_only, staff_only

delivery_pages = Blueprint(
    "deliveries", __name__, url_prefix="/admin/deliveries", template_folder="templates"
)

PAGE = 50

# What there is to do about a delivery in this state.
NEXT_STEPS = {
    DeliveryState.RECEIVED: "It waits for the worker: nothing to do, unless it stays so.",
    DeliveryState.PROCESSING: "The worker has it in hand: nothing to do.",
    DeliveryState.PROCESSED: "It is done: nothing to do.",
    DeliveryState.IGNORED: "It is nothing this service goes by: nothing to do.",
    DeliveryState.FAILED: (
        "The worker tries it again by itself; once the cause is put right, a replay does at once."
    ),
    DeliveryState.DEAD: "Nobody tries it again by itself. Put right what is wrong, then replay it.",
}
DROPPED = "Its body was dropped: it cannot be processed again."


@delivery_pages.get("")
@staff_only
def show() -> str | tuple[str, int]:
    asked = said_in(request.args)
    after = request.args.get("after")
    try:
        found = search_deliveries(current_container().database, read_filters(asked), after=after, limit=PAGE)
    except InputError as error:
        return _page(asked, CountedPage(), refused=str(error)), 400
    return _page(asked, found)


@delivery_pages.get("/<int:delivery_id>")
@staff_only
def one(delivery_id: int) -> str:
    container = current_container()
    viewed = delivery_detail(container, delivery_id)
    body, hidden, refused = _body(viewed)
    return render_template(
        "delivery.html",
        viewed=viewed,
        next_step=NEXT_STEPS[DeliveryState(viewed.delivery.state)] if viewed.body is not None else DROPPED,
        body=body,
        hidden=hidden,
        refused=refused,
    )


@delivery_pages.post("/<int:delivery_id>/raw")
@operators_only
def raw(delivery_id: int) -> Response:
    """A download, never shown by a browser as anything; who asked is audited, hence no GET."""
    container = current_container()
    kept = raw_body(container.database, container.now(), delivery_id, actor=g.person.email)
    answer = Response(kept, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="delivery-{delivery_id}.bin"'
    return answer


def _page(asked: dict[str, str], found: CountedPage[DeliverySummary], refused: str = "") -> str:
    return render_template(
        "deliveries.html",
        asked=asked,
        found=found,
        states=list(DeliveryState),
        sources=list(DeliverySource),
        longest=LONGEST_FILTER,
        refused=refused,
    )


def _body(detail: DeliveryDetail) -> tuple[str | None, list[str], str]:
    try:
        shown, hidden = redacted_body(detail)
    except Refused as error:
        return None, [], str(error)
    return json.dumps(shown, indent=2, ensure_ascii=False, default=str), hidden, ""
