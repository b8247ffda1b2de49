"""An ad account's figures as one store may see them: the only way from a store to what was read of one."""

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

# Of an account only what TikTok told; when to poll it next is the service's own affair.
TOLD = (
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
    """An ad account's rows as TikTok told them, to read from; nobody changes them."""

    account: Account
    days: Sequence[DaySpend]
    payments: Sequence[PaymentRow]
    is_live: bool  # False: as they were when the consent ended


def is_proven(link: Link | None) -> bool:
    """Return whether the advertiser ever consented to this very link; a store's claim proves nothing."""
    return link is not None and link.proven_at is not None


def figures_of(session: Session, link: Link | None) -> AccountFigures | None:
    """Return the figures of a link's ad account, read with that link's own consent.

    None without such a consent, and before the first reading. Once the consent has ended they are those of
    that moment, whatever others read later with consents of their own.
    """
    return figures_of_links(session, [link]).get(link.id) if link else None


def figures_of_links(session: Session, links: Iterable[Link]) -> dict[int, AccountFigures]:
    """Return what `figures_of` does for each of several links, by the link's id."""
    proven = [link for link in links if link.proven_at is not None]
    accounts = {link.id: link.advertiser_id for link in proven if link.consent}
    live = _live(session, set(accounts.values())) if accounts else {}
    found = {link_id: live[account] for link_id, account in accounts.items() if account in live}
    ended = {link.id: _last(link) for link in proven if not link.consent}
    return found | {link_id: figures for link_id, figures in ended.items() if figures}


def end_consent(session: Session, link: Link, now: datetime, consent: bool | None) -> None:
    """Forget a link's token, keep the figures of this moment. `consent`: False withdrawn, None not asked."""
    if link.consent and (row := account(session, link.advertiser_id)) is not None:
        link.last_figures = _document(session, row)
    link.token_encrypted, link.consent, link.scopes = None, consent, None
    link.consent_at = None if consent is None else now
    link.consent_lost = None


def _document(session: Session, account: Account) -> dict[str, Any]:
    """Return an account's figures as JSON can hold them."""
    return {
        "account": _plain(account, TOLD),
        "days": [_plain(day) for day in days(session, account.advertiser_id)],
        "payments": [_plain(row) for row in payments(session, account.advertiser_id)],
    }


def _live(session: Session, advertiser_ids: Collection[str]) -> dict[str, AccountFigures]:
    asked = {"advertiser_ids": list(advertiser_ids)}
    accounts = session.scalars(_ACCOUNTS, asked, execution_options={"populate_existing": True}).all()
    spent, paid = days_of(session, advertiser_ids), payments_of(session, advertiser_ids)
    return {
        item.advertiser_id: AccountFigures(
            item, spent.get(item.advertiser_id, ()), paid.get(item.advertiser_id, ()), is_live=True
        )
        for item in accounts
    }


def _last(link: Link) -> AccountFigures | None:
    kept = link.last_figures
    if kept is None:
        return None
    return AccountFigures(
        _row(Account, kept["account"]),
        [day_spend(_row(SpendDay, day)) for day in kept["days"]],
        [_row(PaymentRow, payment) for payment in kept["payments"]],
        is_live=False,
    )


def _plain(row: Base, names: Sequence[str] = ()) -> dict[str, Any]:
    return {name: _text(getattr(row, name)) for name in names or row.__table__.columns.keys()}


def _text(value: Any) -> Any:
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def _row(kind: type[Row], kept: Mapping[str, Any]) -> Row:
    """Return a row of no session."""
    columns = kind.__table__.columns
    return kind(**{name: _value(columns[name].type, value) for name, value in kept.items()})


def _value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Utc):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return Decimal(value) if isinstance(kind, ExactDecimal) else value
