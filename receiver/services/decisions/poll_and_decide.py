"""Polls ad accounts and decides the stores whose figures may have changed."""

from __future__ import annotations

from receiver.services.context import ServiceContext
from receiver.services.decisions.decide import decide_each
from receiver.services.polling.poll import PollResult, poll_account, poll_due


def poll_account_and_decide(context: ServiceContext, advertiser_id: str) -> PollResult:
    """Poll one account now, whatever its schedule, and decide its stores.

    Raises NotFound for an unknown account, Refused without a usable consent.
    """
    polled = poll_account(context, advertiser_id)
    decide_each(context, polled.stores)
    return polled


def poll_due_and_decide(context: ServiceContext, *, limit: int) -> list[PollResult]:
    """Poll at most `limit` accounts whose time has come, and decide their stores."""
    polled = poll_due(context, limit)
    decide_each(context, (store_id for item in polled for store_id in item.stores))
    return polled
