"""Factories of valid rows in a database: override one field, and the test says what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import select

from receiver.container import Container
from receiver.services.programmes.terms import enrol_in
from receiver.storage import tables
from tests.factories import FIRST, JOINED, LINKED, SETTLED

Row = TypeVar("Row", bound=tables.Base)

RECORDED = {"reason": "told", "evidence": "T-1", "by": "ann", "at": LINKED}


def keep_store(container: Container, store_id: str = "st_1", **changes: Any) -> str:
    """Insert a store that joined, was admitted and set up, in the seed's programme; return its id."""
    valid: dict[str, Any] = {
        "id": store_id,
        "url": f"https://{store_id.replace('_', '-')}.example/",
        "name": "Example store",
        "country": "US",
        "currency": "USD",
        "merchant": f"m_{store_id}",
        "platform": "woocommerce",
        "programme": "woocommerce-2025",
        "joined_at": JOINED,
        "admitted_at": JOINED,
        "created_at": JOINED,
        "installed_at": JOINED,
        "set_up_at": datetime(2025, 10, 31, 10, 0, tzinfo=UTC),
    }
    with container.database.writing() as session:
        enrol_in(session, "woocommerce-2025", JOINED)
        session.add(tables.Store(**{**valid, **changes}))
    return store_id


def keep_link(
    container: Container, store_id: str = "st_1", advertiser_id: str = "7001", **changes: Any
) -> None:
    """Insert a link with consent, and a recorded fact that payment is manual."""
    valid: dict[str, Any] = {
        "store_id": store_id,
        "advertiser_id": advertiser_id,
        "linked_at": LINKED,
        "exact": True,
        "token_encrypted": container.cipher.encrypt(f"token-of-{advertiser_id}"),
        "consent": True,
        "consent_at": LINKED,
        "prior_spend": Decimal(0),
        "prior_spend_before": date(2025, 10, 31),
        "prior_spend_at": LINKED + timedelta(days=4),
    }
    fields = {**valid, **changes}
    fields.setdefault("proven_at", None if fields["consent"] is None else LINKED)
    with container.database.writing() as session:
        session.add(tables.Link(**fields))
        session.add(
            tables.RecordedFact(
                store_id=store_id,
                name="payment",
                value="manual",
                reason="told",
                evidence="T-1",
                by="ann",
                at=LINKED,
            )
        )


def keep_account(container: Container, advertiser_id: str = "7001", **changes: Any) -> None:
    valid: dict[str, Any] = {
        "advertiser_id": advertiser_id,
        "status": "STATUS_ENABLE",
        "country": "US",
        "currency": "USD",
        "timezone": "America/New_York",
        "created_at": datetime(2025, 10, 31, 9, 0, tzinfo=UTC),
        "read_at": LINKED,
        "spend_read_at": SETTLED,
        "next_poll_at": LINKED,
        "poll_reason": "linked",
        "failures": 0,
    }
    with container.database.writing() as session:
        session.add(tables.Account(**{**valid, **changes}))


def keep_day(container: Container, amount: str, day: date = FIRST, advertiser_id: str = "7001") -> None:
    """Insert the spend of a date: `amount`, all of it paid by cash."""
    net = Decimal(amount)
    with container.database.writing() as session:
        row = {"spend": net, "billed_cost": net, "cash_spend": net, "voucher_spend": Decimal(0)}
        session.merge(tables.SpendDay(advertiser_id=advertiser_id, date=day, read_at=LINKED, **row))


def keep_all(
    container: Container, store_id: str = "st_1", advertiser_id: str = "7001", spent: str = "600.00"
) -> str:
    """Insert a store that is linked to an account with spend; return its id."""
    keep_store(container, store_id)
    keep_link(container, store_id, advertiser_id)
    keep_account(container, advertiser_id)
    keep_day(container, spent, advertiser_id=advertiser_id)
    return store_id


def rows_of(container: Container, table: type[Row]) -> list[Row]:
    """Return all rows of a table."""
    with container.database.reading() as session:
        return list(session.scalars(select(table)))


def only_row(container: Container, table: type[Row]) -> Row:
    """Return the only row of a table; raises ValueError if there are more or none."""
    (row,) = rows_of(container, table)
    return row
