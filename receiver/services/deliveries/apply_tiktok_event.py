"""Applies TikTok's webhooks, which are only hints: the facts are read from the API, or not believed.

A lost access does not name the account: it names the user by an id that no consent of an advertiser carries.
So our subscriptions are verified then, since they end with the token.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from receiver.domain.deliveries import DeliveryReason, DeliveryState
from receiver.errors import InputError
from receiver.integrations.tiktok.webhooks import UnusedEvent
from receiver.services.deliveries.read_event import read_event
from receiver.services.deliveries.result import ProcessingResult
from receiver.services.polling.request_poll import request_poll
from receiver.services.polling.verify_subscriptions import request_verification
from receiver.storage import spend
from receiver.storage.delivery_queue import DeliveryContent

NO_ACCOUNT = "names no ad account of ours"
DROPPED = "body: was dropped"


def apply_tiktok_event(session: Session, delivery: DeliveryContent, now: datetime) -> ProcessingResult:
    """Request polls of the accounts that the event names, each at most once in five minutes."""
    if delivery.body is None:
        return ProcessingResult(DeliveryState.DEAD, DROPPED, reason=DeliveryReason.DROPPED)
    try:
        notice = read_event(delivery)
    except InputError as error:  # it will never be readable
        return ProcessingResult(DeliveryState.DEAD, str(error), reason=DeliveryReason.NOTICE_UNREADABLE)
    if isinstance(notice, UnusedEvent):
        return ProcessingResult(DeliveryState.IGNORED, notice.error, reason=DeliveryReason.NOT_USED)
    accounts = spend.known_accounts(session, notice.accounts)
    for advertiser_id in accounts:
        request_poll(session, advertiser_id, now, notice.reason)
    if notice.access_lost:
        request_verification(session, now)
    if accounts or notice.access_lost:
        return ProcessingResult(DeliveryState.PROCESSED)
    return ProcessingResult(DeliveryState.IGNORED, NO_ACCOUNT, reason=DeliveryReason.NO_ACCOUNT)
