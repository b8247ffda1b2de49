"""/api/v1/admin/spend: what `spend` does on the command line."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from receiver.container import current_container
from receiver.services.decisions.poll_and_decide import poll_account_and_decide
from receiver.services.polling.spend import spend_of
from receiver.web.api.admin.blueprint import AdminBlueprint, Moment
from receiver.web.api.schemas import MAYBE, RefusalSchema

spend_api = AdminBlueprint("spend", "Daily spend of ad accounts")

AMOUNT: dict[str, Any] = {"required": True, **MAYBE}


class SpendDaySchema(Schema):
    """A date in the account's zone."""

    date = fields.Date(required=True)
    spend = fields.String(**AMOUNT)
    billed_cost = fields.String(**AMOUNT)
    cash_spend = fields.String(**AMOUNT)
    voucher_spend = fields.String(**AMOUNT)
    final = fields.Boolean(required=True)
    read_at = Moment(required=True)


class PaymentSchema(Schema):
    """A row of the account's ledger."""

    at = Moment(required=True, **MAYBE)
    type = fields.String(required=True, **MAYBE)
    billing = fields.String(required=True, **MAYBE)
    subtotal = fields.String(**AMOUNT)
    tax = fields.String(**AMOUNT)
    currency = fields.String(required=True, **MAYBE)
    transaction_id = fields.String(required=True)


class SpendSchema(Schema):
    """An account's figures as they were last read."""

    advertiser = fields.String(required=True)
    currency = fields.String(required=True, **MAYBE)
    next_poll = Moment(required=True, **MAYBE)
    why = fields.String(required=True, **MAYBE)
    last_error = fields.String(required=True, **MAYBE)
    bills_readable = fields.Boolean(required=True, **MAYBE)
    bills_read_at = Moment(required=True, **MAYBE)
    payments = fields.List(fields.Nested(PaymentSchema), required=True)
    days = fields.List(fields.Nested(SpendDaySchema), required=True)


class PolledSchema(Schema):
    """The result of a poll."""

    advertiser = fields.String(required=True)
    stores = fields.List(fields.String(), required=True)
    error = fields.String(required=True, **MAYBE)


@spend_api.route("/spend/<advertiser_id>")
class SpendView(MethodView):
    """An ad account's spend and payments."""

    @spend_api.response(200, SpendSchema)
    @spend_api.alt_response(404, schema=RefusalSchema)
    def get(self, advertiser_id: str) -> dict[str, Any]:
        """Show an ad account's days and payments, and when and why it is polled next."""
        return spend_of(current_container(), advertiser_id)


@spend_api.route("/spend/<advertiser_id>/poll")
class PollView(MethodView):
    """A poll now."""

    @spend_api.response(200, PolledSchema)
    @spend_api.alt_response(404, schema=RefusalSchema)
    def post(self, advertiser_id: str) -> dict[str, Any]:
        """Read the account from TikTok now, whatever its schedule, and decide the stores it concerns."""
        container = current_container()
        polled = poll_account_and_decide(container.for_request(), advertiser_id)
        return {"advertiser": polled.advertiser_id, "stores": polled.stores, "error": polled.error}
