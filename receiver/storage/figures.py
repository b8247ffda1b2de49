"""The figures of an ad account as one store may see them: the only access to them on behalf of a store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Date, select
from sqlalchemy.orm import Session

from receiver.domain.facts import DaySpend
from receiver.storage.parameters import ADVERTISER_IDS
from receiver.storage.payments import payments, payments_of
from receiver.storage.spend import account, day_spend, days, days_of
from receiver.storage.tables import Account, Base, Link, PaymentRow, SpendDay
from receiver.storage.types import ExactDecimal, Utc

Row = TypeVar("Row", bound=Base)

# The columns of an account that TikTok reported; the schedule of polls is the service's own affair.
REPORTED = (
    "advertiser_id",
    "name",
    "status",
    "country",
    "currency",
    "timezone",
    "business_center",
    "created_at",
    "read_at",
    "spend_read_at",
    "bills_readable",
    "bills_read_at",
    "bills_from",
)
_ACCOUNTS = select(Account).where(Account.advertiser_id.in_(ADVERTISER_IDS))


@dataclass(frozen=True)
class AccountFigures:
    """The rows of an ad account as TikTok reported them; read-only."""

    account: Account
    days: Sequence[DaySpend]
    payments: Sequence[PaymentRow]
    is_live: bool  # False: as they were when the consent ended


def is_proven(link: Link | None) -> bool:
    """Return whether the advertiser ever consented to this very link; a store's claim proves nothing."""
    return link is not None and link.proven_at is not None


def figures_of(session: Session, link: Link | None) -> AccountFigures | None:
    """Return the figures of a link's ad account, read with that link's own consent.

    Returns None without such a consent, and before the first reading. Once the consent has ended, these are
    the figures of that time, whatever others read later with consents of their own.
    """
    return figures_of_links(session, [link]).get(link.id) if link else None


def figures_of_links(session: Session, links: Iterable[Link]) -> dict[int, AccountFigures]:
    """Return the figures of several links by link id, as `figures_of` does; links without any are absent."""
    proven = [link for link in links if link.proven_at is not None]
    accounts = {link.id: link.advertiser_id for link in proven if link.consent}
    live = _live(session, set(accounts.values())) if accounts else {}
    current = {link_id: live[account] for link_id, account in accounts.items() if account in live}
    last = {link.id: _last(link) for link in proven if not link.consent}
    return current | {link_id: figures for link_id, figures in last.items() if figures}


def end_consent(session: Session, link: Link, now: datetime, consent: bool | None) -> None:
    """Delete a link's token and store the figures of this time.

    `consent`: False where it was withdrawn, None where it is to be asked for.
    """
    if link.consent and (row := account(session, link.advertiser_id)) is not None:
        link.last_figures = _document(session, row)
    link.token_encrypted, link.consent, link.scopes = None, consent, None
    link.consent_at = None if consent is None else now
    link.consent_lost = None


def _document(session: Session, account: Account) -> dict[str, Any]:
    """Return an account's figures as JSON can hold them."""
    return {
        "account": _plain(account, REPORTED),
        "days": [_plain(day) for day in days(session, account.advertiser_id)],
        "payments": [_plain(row) for row in payments(session, account.advertiser_id)],
    }


def _live(session: Session, advertiser_ids: Collection[str]) -> dict[str, AccountFigures]:
    parameters = {"advertiser_ids": list(advertiser_ids)}
    accounts = session.scalars(_ACCOUNTS, parameters, execution_options={"populate_existing": True}).all()
    spent, billed = days_of(session, advertiser_ids), payments_of(session, advertiser_ids)
    return {
        row.advertiser_id: AccountFigures(
            row, spent.get(row.advertiser_id, ()), billed.get(row.advertiser_id, ()), is_live=True
        )
        for row in accounts
    }


def _last(link: Link) -> AccountFigures | None:
    figures = link.last_figures
    if figures is None:
        return None
    return AccountFigures(
        _row(Account, figures["account"]),
        [day_spend(_row(SpendDay, day)) for day in figures["days"]],
        [_row(PaymentRow, payment) for payment in figures["payments"]],
        is_live=False,
    )


def _plain(row: Base, names: Sequence[str] = ()) -> dict[str, Any]:
    return {name: _text(getattr(row, name)) for name in names or row.__table__.columns.keys()}


def _text(value: Any) -> Any:
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def _row(kind: type[Row], document: Mapping[str, Any]) -> Row:
    """Return a row, attached to no session, from its document."""
    columns = kind.__table__.columns
    return kind(**{name: _value(columns[name].type, value) for name, value in document.items()})


def _value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Utc):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return Decimal(value) if isinstance(kind, ExactDecimal) else value
