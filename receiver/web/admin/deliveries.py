"""Pages of the inbox: deliveries searched by filters in the address, and each in full."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import Blueprint, Response, g, render_template, request

from receiver.container import current_container
from receiver.domain.deliveries import DeliverySource, DeliveryState
from receiver.domain.problems import CAUSES, is_of_deliveries
from receiver.errors import InputError, Refused
from receiver.paging import CountedPage
from receiver.services.deliveries.detail import DeliveryDetail, delivery_detail, raw_body, redacted_body
from receiver.services.deliveries.search import (
    MOST_COUNTED,
    DeliverySummary,
    count_by_state,
    search_deliveries,
)
from receiver.services.validation import LONGEST_FILTER
from receiver.web.admin.delivery_filters import filters_in, read_filters
from receiver.web.admin.filters import refusal
from receiver.web.admin.periods import period_fields, usual_periods
from receiver.web.admin.sign_in import operators_only, staff_only

delivery_pages = Blueprint(
    "deliveries", __name__, url_prefix="/admin/deliveries", template_folder="templates"
)

PAGE = 50
CAUSES_OF_DELIVERIES = [cause for cause in CAUSES if is_of_deliveries(cause)]

# What staff can do about a delivery in each state.
NEXT_STEPS = {
    DeliveryState.RECEIVED: "It waits for the worker. Nothing to do, unless it stays so.",
    DeliveryState.PROCESSING: "The worker is processing it. Nothing to do.",
    DeliveryState.PROCESSED: "It was processed. Nothing to do.",
    DeliveryState.IGNORED: "This service does not use such messages. Nothing to do.",
    DeliveryState.FAILED: "It is retried by itself. Once the cause is fixed, a replay tries it at once.",
    DeliveryState.DEAD: "It is not retried. Fix the cause, then replay it.",
}
DROPPED = "Its body was dropped, so it cannot be processed again."


@delivery_pages.get("")
@staff_only
def show() -> str | tuple[str, int]:
    """List the deliveries that match the filters in the address, newest first."""
    query, database = filters_in(request.args), current_container().database
    after = request.args.get("after")
    try:
        filters = read_filters(query)
        page = search_deliveries(database, filters, after=after, limit=PAGE)
    except InputError as error:
        return _page(query, CountedPage(), refused=refusal(error)), 400
    return _page(query, page, counts=count_by_state(database, filters))


@delivery_pages.get("/<int:delivery_id>")
@staff_only
def delivery(delivery_id: int) -> str:
    """Show a delivery in full, with its attempts and its redacted body."""
    container = current_container()
    detail = delivery_detail(container, delivery_id)
    body, hidden, refused = _body(detail)
    return render_template(
        "delivery.html",
        detail=detail,
        causes=CAUSES_OF_DELIVERIES,
        next_step=NEXT_STEPS[DeliveryState(detail.delivery.state)] if detail.body is not None else DROPPED,
        body=body,
        hidden=hidden,
        refused=refused,
    )


@delivery_pages.post("/<int:delivery_id>/raw")
@operators_only
def raw(delivery_id: int) -> Response:
    """Download the raw bytes of a delivery.

    Never rendered by a browser; who downloads is audited, hence a POST.
    """
    container = current_container()
    body = raw_body(container, delivery_id, actor=g.person.email)
    answer = Response(body, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="delivery-{delivery_id}.bin"'
    return answer


def _page(
    query: dict[str, str],
    page: CountedPage[DeliverySummary],
    counts: Mapping[DeliveryState, int] | None = None,
    refused: str = "",
) -> str:
    return render_template(
        "deliveries.html",
        query=query,
        fields={**query, **period_fields(query)},
        other_filters={name: value for name, value in query.items() if name != "state"},
        periods=usual_periods(current_container().now()),
        page=page,
        is_first=not request.args.get("after"),
        counts=counts or {},
        most_counted=MOST_COUNTED,
        states=list(DeliveryState),
        sources=list(DeliverySource),
        causes=CAUSES_OF_DELIVERIES,
        longest=LONGEST_FILTER,
        refused=refused,
    )


def _body(detail: DeliveryDetail) -> tuple[str | None, list[str], str]:
    try:
        body, hidden = redacted_body(detail)
    except Refused as error:
        return None, [], str(error)
    return json.dumps(body, indent=2, ensure_ascii=False, default=str), hidden, ""
