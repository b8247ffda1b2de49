"""Signs staff in, throttled; strangers do not learn which accounts exist."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from receiver.domain.audit import Agent, AuditAction
from receiver.domain.networks import network_of
from receiver.domain.sign_in import ACCOUNT, ADDRESS, BROWSER, NO_WAIT, LoginThrottle
from receiver.errors import Busy
from receiver.logs import get_logger
from receiver.services.context import ServiceContext
from receiver.services.records import record_of
from receiver.services.staff.passwords import is_password
from receiver.services.staff.records import Authenticated
from receiver.storage import audit, login_attempts, staff
from receiver.storage.tables import Staff

log = get_logger(__name__)


@dataclass(frozen=True)
class Visitor:
    """The origin of a sign-in; `browser` is the name of one in which somebody signed in before."""

    address: str
    browser: str | None = None


@dataclass(frozen=True)
class Entry:
    """The person who signed in; None otherwise, with the time to wait before the next try."""

    person: Authenticated | None
    wait: timedelta = NO_WAIT


@dataclass(frozen=True)
class _Counter:
    subject: str
    patience: LoginThrottle


def sign_in(context: ServiceContext, *, email: str, password: str, visitor: Visitor) -> Entry:
    """Sign a person in, throttled by account, address and browser.

    Tries are counted before they are checked, so that parallel tries gain nothing. Raises Busy, which counts
    no try.
    """
    now = context.now()
    email = email.strip().lower()
    counters = _counters(email, visitor)
    with context.database.writing() as session:
        wait = _count_tries(session, counters, now)
        # A text that is not printable is nobody's address, and not every database takes it.
        person = staff.staff_by_email(session, email) if email.isprintable() else None
    if wait > NO_WAIT:
        log.info("sign-in has to wait", address=visitor.address, seconds=wait.total_seconds())
        return Entry(None, wait)
    try:
        is_right = is_password(person, password)
    except Busy:  # the password was not checked, so it was no try
        with context.database.writing() as session:
            for counter in counters:
                login_attempts.take_back(session, counter.subject, now)
        raise
    with context.database.writing() as session:
        if person is None or not is_right:
            login_attempts.touch(session, counters[-1].subject, now)  # a write, also where nothing is audited
            _log_refusal(session, now, person, visitor)
            return Entry(None)
        for counter in counters:
            login_attempts.take_back(session, counter.subject, now)
        detail = {"address": visitor.address}
        audit.record(session, now, person.email, AuditAction.STAFF_SIGN_IN, person.email, detail)
    return Entry(record_of(Authenticated, person))


def forget_account(session: Session, email: str) -> None:
    """Reset the failed sign-ins of an account."""
    login_attempts.forget_tries(session, _account(email).subject)


def new_browser() -> str:
    """Return a name for a browser in which somebody signed in."""
    return secrets.token_urlsafe(16)


def _counters(email: str, visitor: Visitor) -> list[_Counter]:
    """Return the counters always in one order: lock ordering."""
    if visitor.browser is not None:
        return [_Counter(f"browser {visitor.browser}", BROWSER)]
    return [_Counter(f"address {network_of(visitor.address)}", ADDRESS), _account(email)]


def _account(email: str) -> _Counter:
    # A hash, since people type passwords into the wrong field.
    return _Counter(f"account {hashlib.sha256(email.encode()).hexdigest()}", ACCOUNT)


def _count_tries(session: Session, counters: list[_Counter], now: datetime) -> timedelta:
    """Count a try in each counter; return the time to wait, in which case nothing is counted."""
    with session.begin_nested() as savepoint:
        for counter in counters:
            wait = login_attempts.remaining_wait(session, counter.subject, counter.patience, now)
            if wait > NO_WAIT:
                savepoint.rollback()
                return wait
        for counter in counters:
            login_attempts.count_try(session, counter.subject, counter.patience, now)
    return NO_WAIT


def _log_refusal(session: Session, now: datetime, person: Staff | None, visitor: Visitor) -> None:
    """Log a refused sign-in, and audit it for existing people: an unknown name may be a typed password."""
    log.info("sign-in refused", address=visitor.address)
    if person is not None:
        detail = {"address": visitor.address}
        audit.record(session, now, Agent.STRANGER, AuditAction.STAFF_SIGN_IN_REFUSED, person.email, detail)
