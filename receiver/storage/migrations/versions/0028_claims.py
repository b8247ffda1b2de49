"""a store's dates as claims with bounds, consents that were given once, and what a shop is known by"""

import hashlib
import json
import zlib
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

from receiver.storage.types import ExactDecimal, Json, Utc

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

OF_STORES: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
    ("installed_news", sa.Text()),
    ("set_up_news", sa.Text()),
    ("set_up_claimed_at", sa.DateTime(timezone=True)),
    ("clock_skew", sa.BigInteger()),
    ("clock_read_at", sa.DateTime(timezone=True)),
    ("continues", sa.String()),
)
OF_LINKS: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
    ("claimed_at", sa.DateTime(timezone=True)),
    ("proven_at", sa.DateTime(timezone=True)),
    ("last_figures", sa.LargeBinary()),
)
SKEWED = "abs(clock_skew) > 600"
GIVES_CONSENT = ("tiktok consent given", "links add")

STORES = sa.table(
    "stores",
    *(sa.column(name, sa.String()) for name in ("id", "url", "programme")),
    *(sa.column(name, Utc()) for name in ("joined_at", "set_up_at", "set_up_claimed_at")),
)
LINKS = sa.table(
    "links",
    sa.column("id", sa.Integer()),
    *(sa.column(name, sa.String()) for name in ("store_id", "advertiser_id", "linked_news")),
    *(sa.column(name, Utc()) for name in ("linked_at", "claimed_at", "consent_at", "proven_at")),
    sa.column("exact", sa.Boolean()),
    sa.column("consent", sa.Boolean()),
    sa.column("last_figures", sa.LargeBinary()),
)
FACTS = sa.table("recorded_facts", sa.column("store_id", sa.String()), sa.column("name", sa.String()))
AUDIT = sa.table(
    "audit",
    sa.column("at", Utc()),
    sa.column("action", sa.String()),
    sa.column("subject", sa.String()),
    sa.column("detail", Json()),
)
BRIDGES = sa.table("bridges", sa.column("store_id", sa.String()), sa.column("store_uuid", sa.String()))
MARKS = sa.table(
    "store_marks", *(sa.column(name, sa.String()) for name in ("programme", "kind", "digest", "store_id"))
)
ACCOUNTS = sa.table(
    "accounts",
    *(
        sa.column(name, sa.String())
        for name in ("advertiser_id", "name", "status", "country", "currency", "timezone", "business_center")
    ),
    *(sa.column(name, Utc()) for name in ("created_at", "read_at", "spend_read_at", "bills_read_at")),
    sa.column("bills_readable", sa.Boolean()),
    sa.column("bills_from", sa.Date()),
)
DAYS = sa.table(
    "spend_days",
    sa.column("advertiser_id", sa.String()),
    sa.column("date", sa.Date()),
    *(sa.column(name, ExactDecimal()) for name in ("spend", "billed_cost", "cash_spend", "voucher_spend")),
    sa.column("read_at", Utc()),
)
PAYMENTS = sa.table(
    "payments",
    *(
        sa.column(name, sa.String())
        for name in ("advertiser_id", "transaction_id", "type", "billing", "currency")
    ),
    sa.column("subtotal", ExactDecimal()),
    sa.column("tax", ExactDecimal()),
    sa.column("at", Utc()),
    sa.column("read_at", Utc()),
)


def upgrade() -> None:
    op.create_table(
        "store_marks",
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("store_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name="fk_store_marks_store_id"),
        sa.PrimaryKeyConstraint("programme", "kind", "digest", name="pk_store_marks"),
    )
    op.create_index("ix_store_marks_store_id", "store_marks", ["store_id"])
    for name, kind in OF_STORES:
        op.add_column("stores", sa.Column(name, kind, nullable=True))
    for name, kind in OF_LINKS:
        op.add_column("links", sa.Column(name, kind, nullable=True))
    skewed = sa.text(SKEWED)
    op.create_index("ix_stores_skewed", "stores", ["id"], sqlite_where=skewed, postgresql_where=skewed)
    connection = op.get_bind()
    _bound_dates(connection)
    _prove_links(connection)
    _keep_last_figures(connection)
    _mark_stores(connection)


def downgrade() -> None:
    connection = op.get_bind()
    claimed = LINKS.c.claimed_at.is_not(None)
    connection.execute(sa.update(LINKS).where(claimed).values(linked_at=LINKS.c.claimed_at))
    claimed = STORES.c.set_up_claimed_at.is_not(None)
    connection.execute(sa.update(STORES).where(claimed).values(set_up_at=STORES.c.set_up_claimed_at))
    op.drop_index("ix_stores_skewed", table_name="stores")
    for name, _ in reversed(OF_LINKS):
        op.drop_column("links", name)
    for name, _ in reversed(OF_STORES):
        op.drop_column("stores", name)
    op.drop_index("ix_store_marks_store_id", "store_marks")
    op.drop_table("store_marks")


def _bound_dates(connection: sa.Connection) -> None:
    """Dates that signals asserted from before a store joined become claims; staff's own stay."""
    joined = sa.select(STORES.c.joined_at).where(STORES.c.id == LINKS.c.store_id).scalar_subquery()
    connection.execute(
        sa.update(LINKS)
        .where(LINKS.c.linked_news.is_not(None), LINKS.c.linked_at < joined)
        .values(claimed_at=LINKS.c.linked_at, linked_at=joined, exact=False)
    )
    by_staff = sa.select(FACTS.c.store_id).where(FACTS.c.name == "set_up_at")
    connection.execute(
        sa.update(STORES)
        .where(STORES.c.set_up_at < STORES.c.joined_at, STORES.c.id.not_in(by_staff))
        .values(set_up_claimed_at=STORES.c.set_up_at, set_up_at=STORES.c.joined_at)
    )


def _prove_links(connection: sa.Connection) -> None:
    """A consent that stands or was withdrawn says so; one that went with its store is in the audit log.

    So is when it was first given: a link says when that was done last, or when it was withdrawn.
    """
    given = LINKS.c.consent.is_not(None)
    connection.execute(
        sa.update(LINKS)
        .where(given)
        .values(proven_at=sa.func.coalesce(LINKS.c.consent_at, LINKS.c.linked_at))
    )
    entries = sa.select(AUDIT.c.at, AUDIT.c.subject, AUDIT.c.detail).where(AUDIT.c.action.in_(GIVES_CONSENT))
    for at, store_id, detail in connection.execute(entries.order_by(AUDIT.c.at)).all():
        link = (LINKS.c.store_id == store_id) & (LINKS.c.advertiser_id == str(detail.get("advertiser_id")))
        later = LINKS.c.proven_at.is_(None) | (LINKS.c.proven_at > at)
        connection.execute(sa.update(LINKS).where(link, later).values(proven_at=at))


def _keep_last_figures(connection: sa.Connection) -> None:
    """What was read with a consent that has ended stays in its store's sight."""
    ended = sa.select(LINKS.c.id, LINKS.c.advertiser_id).where(
        LINKS.c.proven_at.is_not(None), LINKS.c.consent.is_not(True)
    )
    for link_id, advertiser_id in connection.execute(ended).all():
        accounts = _plain(connection, ACCOUNTS, advertiser_id)
        if accounts:
            days, rows = (_plain(connection, table, advertiser_id) for table in (DAYS, PAYMENTS))
            kept = json.dumps({"account": accounts[0], "days": days, "payments": rows})
            values = {"last_figures": zlib.compress(kept.encode())}
            connection.execute(sa.update(LINKS).where(LINKS.c.id == link_id).values(values))


def _plain(connection: sa.Connection, table: sa.TableClause, advertiser_id: str) -> list[dict[str, object]]:
    found = connection.execute(sa.select(table).where(table.c.advertiser_id == advertiser_id)).mappings()
    return [{name: _text(value) for name, value in row.items()} for row in found]


def _text(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def _mark_stores(connection: sa.Connection) -> None:
    uuids = dict(connection.execute(sa.select(BRIDGES.c.store_id, BRIDGES.c.store_uuid)).all())
    for store_id, url, programme in connection.execute(
        sa.select(STORES.c.id, STORES.c.url, STORES.c.programme)
    ).all():
        marks = {"address": url.partition("://")[2].rstrip("/"), "uuid": uuids.get(store_id)}
        for kind, value in marks.items():
            if value:
                digest = hashlib.sha256(value.encode()).hexdigest()
                row = {"programme": programme, "kind": kind, "digest": digest, "store_id": store_id}
                connection.execute(sa.insert(MARKS).values(row))
