"""Sending merchants the notices they asked for: each once, and only what is true at that moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from threading import Event

from babel import Locale

from receiver.documents.notices import confirmation_mail, notices_mail
from receiver.domain.alerts import Message
from receiver.errors import ProviderError
from receiver.i18n.languages import reader_locale
from receiver.integrations.notifications.mail import Mail
from receiver.logs import get_logger
from receiver.services.context import ServiceContext
from receiver.services.decisions.status import status_of
from receiver.services.notices.addresses import LASTS, LinkUse, make_link, shop_of
from receiver.storage import notices, stores
from receiver.storage.tables import NoticeAddress, Store

BATCH = 100
LEASE = timedelta(minutes=10)  # of the sender: longer than a mail server can take
CHECKED_AGAIN_AFTER = timedelta(hours=1)  # for what was noticed meanwhile, or is not true at this moment

log = get_logger(__name__)


def send_notices(context: ServiceContext, mail: Mail | None, stopping: Event) -> int:
    """Send what is due, one store after the other; return the number of messages sent.

    Ends at the first failure: a mail server that hangs must not hold up the worker. What failed waits longer.
    """
    if mail is None:
        return 0
    with context.database.reading() as session:
        due = notices.due_addresses(session, context.now(), BATCH)
    count = 0
    for store_id in due:
        if stopping.is_set():
            break
        try:
            count += _send_to(context, mail, store_id)
        except ProviderError as error:
            log.warning("merchant not told", store_id=store_id, error=str(error))
            break
    return count


def _send_to(context: ServiceContext, mail: Mail, store_id: str) -> bool:
    """Send one store its notices, or the question to confirm its address; return whether it was sent."""
    cipher, public_url, now = context.cipher, context.settings.public_url, context.now()
    with context.database.writing() as session:
        row = notices.claim_address(session, store_id, now, now + LEASE)
        store = stores.get_store(session, store_id)
    if row is None or row.email_encrypted is None:
        return False
    email, locale = cipher.decrypt(row.email_encrypted), reader_locale([row.language])
    if row.confirmed_at is None:
        link = make_link(cipher, now, LinkUse.CONFIRM, row, public_url)
        question = confirmation_mail(shop_of(store), link, now, locale)
        return _deliver(context, mail, row, email, question, None, ())
    stop = make_link(cipher, now, LinkUse.STOP, row, public_url)
    message, notice_ids = _claim_news(context, store, stop, locale)
    if message is None:
        _record_sent(context, row)
        return False
    return _deliver(context, mail, row, email, message, stop, notice_ids)


def _claim_news(
    context: ServiceContext, store: Store, stop: str, locale: Locale
) -> tuple[Message | None, Collection[str]]:
    """Claim the notices that are true now and were not sent; return their message and ids.

    Claimed before sending, since one sent twice is worse than one lost. The message is None without any.
    """
    now = context.now()
    current = [item for item, _ in status_of(context, store.id).notices]
    with context.database.writing() as session:
        notice_ids = notices.claim_unsent(session, store.id, [item.id for item in current], now)
    news = [item for item in current if item.id in notice_ids]
    return (notices_mail(news, shop_of(store), stop, now, locale) if news else None), notice_ids


def _deliver(
    context: ServiceContext,
    mail: Mail,
    row: NoticeAddress,
    email: str,
    message: Message,
    stop: str | None,
    notice_ids: Collection[str],
) -> bool:
    """Send the message, and record the result; return True.

    Raises ProviderError when the message was not taken; it is tried again later.
    """
    try:
        mail.send_to(email, message, stop)
    except ProviderError:
        _record_failure(context, row, notice_ids)
        raise
    _record_sent(context, row)
    return True


def _record_sent(context: ServiceContext, row: NoticeAddress) -> None:
    now = context.now()
    with context.database.writing() as session:
        current = notices.address_of(session, row.store_id)
        if (
            current is None
            or current.email_hash != row.email_hash
            or current.confirmed_at != row.confirmed_at
        ):
            return  # it was changed meanwhile, and has a turn of its own
        current.failures = 0
        waits = current.confirmed_at is not None and notices.has_unsent(session, row.store_id)
        current.due_at = now + CHECKED_AGAIN_AFTER if waits else None


def _record_failure(context: ServiceContext, row: NoticeAddress, notice_ids: Collection[str]) -> None:
    now = context.now()
    with context.database.writing() as session:
        notices.mark_unsent(session, row.store_id, notice_ids)
        current = notices.address_of(session, row.store_id)
        if current is None or current.email_hash != row.email_hash:
            return
        current.failures += 1
        again = now + timedelta(minutes=2 ** min(current.failures - 1, 10))
        is_over = current.confirmed_at is None and again > current.asked_at + LASTS[LinkUse.CONFIRM]
        current.due_at = None if is_over else again
