"""redeem codes encrypted, due dates in the account's zone, stores alike, places reserved"""

import hmac
import json
import secrets
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from receiver.domain.likeness import name_key
from receiver.domain.shops import host_of
from receiver.errors import Refused
from receiver.storage.cipher import Cipher

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

IS_CODE = sa.text("delivery = 'code'")
NEEDS_KEYS = "redeem codes are encrypted by this migration; run `migrate`, which has SECRET_KEYS"

awards = sa.table(
    "awards",
    *map(sa.column, ("id", "store_id", "delivery", "reference", "code_sealed", "code_hash")),
    *map(sa.column, ("advertiser_id", "timezone")),
)
accounts = sa.table("accounts", *map(sa.column, ("advertiser_id", "timezone", "name", "name_key")))
stores = sa.table("stores", sa.column("id"), sa.column("url"), sa.column("host"))
decisions = sa.table("decisions", *map(sa.column, ("id", "store_id", "facts", "answer")))
audit = sa.table("audit", *map(sa.column, ("id", "subject", "store_id", "detail")))
hash_keys = sa.table(
    "hash_keys", sa.column("name"), sa.column("key_sealed"), sa.column("made_at", sa.DateTime(timezone=True))
)
WORDS = (
    ("awards", "evidence", "block_reason"),
    ("reviews", "message", "reason"),
    ("recorded_facts", "evidence", "reason"),
)
LIKENESS: tuple[tuple[str, str, Any], ...] = (
    ("stores", "host", sa.String()),
    ("accounts", "name_key", sa.String()),
    ("links", "tiktok_user_hash", sa.String(64)),
    ("stores", "alike_since", sa.DateTime(timezone=True)),
    ("stores", "reserved_until", sa.DateTime(timezone=True)),  # null: who has a place keeps it
)


def upgrade() -> None:
    op.create_table(
        "hash_keys",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_sealed", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_hash_keys"),
    )
    op.add_column("awards", sa.Column("code_sealed", sa.Text(), nullable=True))
    op.add_column("awards", sa.Column("code_hash", sa.String(64), nullable=True))
    op.add_column("awards", sa.Column("timezone", sa.String(), nullable=True))
    zone = sa.select(accounts.c.timezone).where(accounts.c.advertiser_id == awards.c.advertiser_id)
    op.execute(sa.update(awards).values(timezone=zone.scalar_subquery()))
    op.drop_index("uq_awards_code", "awards")
    _encrypt_codes(op.get_bind())
    op.create_index("uq_awards_code", "awards", ["code_hash"], unique=True)
    _add_likeness(op.get_bind())


def downgrade() -> None:
    """The codes stand in clear again, but not in what was cleaned of them: decisions and the audit."""
    _drop_likeness()
    op.drop_index("uq_awards_code", "awards")
    bind = op.get_bind()
    kept = bind.execute(sa.select(awards.c.id, awards.c.code_sealed).where(awards.c.code_sealed.is_not(None)))
    for award_id, encrypted in kept.all():
        code = _cipher().decrypt(encrypted)
        bind.execute(sa.update(awards).where(awards.c.id == award_id).values(reference=code))
    # Of an erased store's award the code is gone; masked ends may be alike, and none is a code.
    gone = sa.and_(awards.c.code_hash.is_not(None), awards.c.code_sealed.is_(None))
    bind.execute(sa.update(awards).where(gone).values(reference=sa.literal("erased:").concat(awards.c.id)))
    op.create_index(
        "uq_awards_code", "awards", ["reference"], unique=True, sqlite_where=IS_CODE, postgresql_where=IS_CODE
    )
    op.drop_column("awards", "timezone")
    op.drop_column("awards", "code_hash")
    op.drop_column("awards", "code_sealed")
    op.drop_table("hash_keys")


def _add_likeness(bind: sa.Connection) -> None:
    for table, column, kind in LIKENESS:
        op.add_column(table, sa.Column(column, kind, nullable=True))
    _fill(bind, stores, "id", "url", "host", host_of)
    _fill(bind, accounts, "advertiser_id", "name", "name_key", name_key)
    for table, column, _ in LIKENESS[:3]:
        op.create_index(f"ix_{table}_{column}", table, [column])
    asked = sa.text("alike_since IS NOT NULL")
    op.create_index("ix_stores_alike", "stores", ["id"], sqlite_where=asked, postgresql_where=asked)
    reserved = sa.text("admitted_at IS NOT NULL AND reserved_until IS NOT NULL")
    op.create_index(
        "ix_stores_reserved",
        "stores",
        ["programme", "id"],
        sqlite_where=reserved,
        postgresql_where=reserved,
    )
    op.create_table(
        "merchant_answers",
        *(
            sa.Column(name, sa.String(), sa.ForeignKey("stores.id", name=f"fk_merchant_answers_{name}"))
            for name in ("store_id", "other_id")
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "other_id", name="pk_merchant_answers"),
    )
    op.create_index("ix_merchant_answers_other_id", "merchant_answers", ["other_id"])


def _fill(
    bind: sa.Connection,
    table: sa.TableClause,
    key: str,
    source: str,
    kept: str,
    made: Callable[[Any], Any],
) -> None:
    for row_id, value in bind.execute(sa.select(table.c[key], table.c[source])).all():
        bind.execute(sa.update(table).where(table.c[key] == row_id).values({kept: made(value)}))


def _drop_likeness() -> None:
    op.drop_table("merchant_answers")
    op.drop_index("ix_stores_reserved", "stores")
    op.drop_index("ix_stores_alike", "stores")
    for table, column, _ in LIKENESS[:3]:
        op.drop_index(f"ix_{table}_{column}", table)
    for table, column, _ in LIKENESS:
        op.drop_column(table, column)


def _cipher() -> Cipher:
    cipher: Cipher | None = context.config.attributes.get("cipher")
    if cipher is None:
        raise Refused(NEEDS_KEYS)
    return cipher


def _encrypt_codes(bind: sa.Connection) -> None:
    query = sa.select(awards.c.id, awards.c.store_id, awards.c.reference)
    found = bind.execute(query.where(awards.c.delivery == "code", awards.c.reference.is_not(None))).all()
    if not found:
        return
    key = secrets.token_hex()
    made = {"name": "codes", "key_sealed": _cipher().encrypt(key), "made_at": datetime.now(UTC)}
    bind.execute(sa.insert(hash_keys).values(made))
    for award_id, store_id, code in found:
        masked = "••••" + code[len(code) - min(4, len(code) // 2) :]
        hashed = hmac.new(key.encode(), code.encode(), sha256).hexdigest()
        kept = {"reference": masked, "code_sealed": _cipher().encrypt(code), "code_hash": hashed}
        bind.execute(sa.update(awards).where(awards.c.id == award_id).values(kept))
        _clean(bind, award_id, store_id, code, masked)
        _clean_words(bind, store_id, code, masked)


def _clean(bind: sa.Connection, award_id: str, store_id: str, code: str, masked: str) -> None:
    """Old decisions hold the code in their facts and in the sentences they told, the audit in its details."""
    rows = bind.execute(
        sa.select(decisions.c.id, decisions.c.facts, decisions.c.answer).where(
            decisions.c.store_id == store_id
        )
    )
    for row_id, facts, answer in rows.all():
        told = None if answer is None else zlib.decompress(answer).decode()
        cleaned: dict[str, Any] = {"facts": _without(facts, code, masked)}
        if told is not None:
            cleaned["answer"] = zlib.compress(_without(told, code, masked).encode())
        if (cleaned["facts"], cleaned.get("answer")) != (facts, answer):
            bind.execute(sa.update(decisions).where(decisions.c.id == row_id).values(cleaned))
    of_award = sa.or_(audit.c.subject == award_id, audit.c.store_id == store_id)
    for row_id, detail in bind.execute(sa.select(audit.c.id, audit.c.detail).where(of_award)).all():
        shown = _without(detail, code, masked)
        if shown != detail:
            bind.execute(sa.update(audit).where(audit.c.id == row_id).values(detail=shown))


def _clean_words(bind: sa.Connection, store_id: str, code: str, masked: str) -> None:
    """What people wrote: a merchant who complains of a code quotes it, and so do staff who answer."""
    for table, *columns in WORDS:
        for name in columns:
            column = sa.column(name, sa.Text())
            quotes = sa.and_(sa.column("store_id") == store_id, column.contains(code, autoescape=True))
            shown = sa.func.replace(column, code, masked)
            bind.execute(sa.update(sa.table(table, column)).where(quotes).values({name: shown}))


def _without(kept: str, code: str, masked: str) -> str:
    """The JSON text with the code masked wherever a string of it has the code; names stay."""

    def cleaned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: cleaned(part) for name, part in value.items()}
        if isinstance(value, list):
            return [cleaned(part) for part in value]
        return value.replace(code, masked) if isinstance(value, str) else value

    document = json.loads(kept)
    changed = cleaned(document)
    return kept if changed == document else json.dumps(changed, ensure_ascii=False, sort_keys=True)
