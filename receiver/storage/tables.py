"""The tables, without behaviour. Secrets and tokens are held encrypted (…_sealed) or hashed (…_hash)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates

from receiver.domain.likeness import name_key
from receiver.domain.shops import host_of
from receiver.storage.types import ExactDecimal, Json, JsonValue, PackedJson, Utc

# SQLite gives rowids only to a column declared INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")
IS_OPEN = text("state = 'open'")
HAS_TOPIC = text("topic IS NOT NULL")
IS_DUE = text("due_at IS NOT NULL")
HAS_ENDED = text("ended_at IS NOT NULL")
OF_A_REPLAY = text("replay_id IS NOT NULL")
IS_LOST = text("state = 'dead' AND store_id IS NOT NULL")
IS_IN_TROUBLE = text("trouble IS NOT NULL")
STANDS = text("ended_at IS NULL")
IS_ASKED = text("look_asked_at IS NOT NULL OR rotation IS NOT NULL")
UNDER_WAY = text("outcome IS NULL")
IS_WITHDRAWN = text("NOT consent AND ended_at IS NULL")
IS_WAITING = text("admitted_at IS NULL AND disconnected_at IS NULL")
HAS_LEFT = text("disconnected_at IS NOT NULL")
IS_ASKED_ABOUT = text("alike_since IS NOT NULL")
IS_RESERVED = text("admitted_at IS NOT NULL AND reserved_until IS NOT NULL")
HAS_PLACE = text("admitted_at IS NOT NULL")
IS_FLAGGED = text("flags <> '[]'")
IS_SKEWED = text("abs(clock_skew) > 600")  # domain/claims.py, CLOCK_ALLOWANCE


class Base(DeclarativeBase):
    """Names every constraint, so that a later migration can change it on either database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own way to declare it)
        dt.datetime: Utc,
        Decimal: ExactDecimal,
        dict[str, Any]: Json,
        list[Any]: Json,
        int: Integer,
        str: String,
    }


class Store(Base):
    """One WooCommerce store, and what its signals have told us."""

    __tablename__ = "stores"

    id: Mapped[str] = mapped_column(primary_key=True)  # st_…, 128 random bits: it stands in webhook addresses
    url: Mapped[str] = mapped_column(unique=True)  # the store's home, with a closing slash
    host: Mapped[str | None] = mapped_column(index=True)  # of the url; it follows
    # WooCommerce's id of the installation that was opened at `url`; it stays when the keys are forgotten.
    shop_uuid: Mapped[str | None]
    name: Mapped[str]
    country: Mapped[str | None]
    currency: Mapped[str | None]
    merchant: Mapped[str] = mapped_column(index=True)
    programme: Mapped[str]  # the programme it enrolled in; changing PROGRAMME moves nobody
    joined_at: Mapped[dt.datetime]
    admitted_at: Mapped[dt.datetime | None]
    reserved_until: Mapped[dt.datetime | None]  # domain/places.py; null: the place is its own, if it has one
    created_at: Mapped[dt.datetime]
    disconnected_at: Mapped[dt.datetime | None]
    status_token_hash: Mapped[str | None] = mapped_column(unique=True)
    # From signals; `…_news` is the order key of the newest news of that group (domain/signals.py).
    installed_at: Mapped[dt.datetime | None]
    set_up_at: Mapped[dt.datetime | None]
    removed_at: Mapped[dt.datetime | None]
    integration_news: Mapped[list[Any] | None]
    account_news: Mapped[list[Any] | None]
    # The order key of the signal that dated the installation or set-up; null: staff did, or nothing has yet.
    installed_news: Mapped[list[Any] | None]
    set_up_news: Mapped[list[Any] | None]
    set_up_claimed_at: Mapped[dt.datetime | None]  # what that signal asserted, where it was bounded
    clock_skew: Mapped[int | None] = mapped_column(
        BigInteger
    )  # seconds its clock is ahead; null: not measured
    clock_read_at: Mapped[dt.datetime | None]
    continues: Mapped[str | None]  # the id of an earlier record of the same shop
    # The latest decision, so that lists need not decide anew.
    stage: Mapped[str | None]
    verdict: Mapped[str | None]
    decided_at: Mapped[dt.datetime | None]
    progress: Mapped[dict[str, Any] | None]  # documents/status.py: what lists show of its spend
    doubts: Mapped[list[Any] | None]  # domain/discrepancies.py; null: none
    refreshed_at: Mapped[dt.datetime | None]  # when its merchant last asked to be looked at
    alike_since: Mapped[dt.datetime | None]  # its award waits for staff's answer (storage/likeness.py)
    facts_read_at: Mapped[dt.datetime | None]  # when country and currency were read by REST; null: staff said

    __table_args__ = (
        Index("uq_stores_shop_uuid", "shop_uuid", unique=True),
        # A page of stores, for each way to ask for one.
        Index("ix_stores_created", "created_at", "id"),
        Index("ix_stores_stage", "stage", "created_at", "id"),
        Index("ix_stores_country", "country", "created_at", "id"),
        Index("ix_stores_in_line", "joined_at", "id", sqlite_where=IS_WAITING, postgresql_where=IS_WAITING),
        Index(
            "ix_stores_reserved", "programme", "id", sqlite_where=IS_RESERVED, postgresql_where=IS_RESERVED
        ),
        Index("ix_stores_alike", "id", sqlite_where=IS_ASKED_ABOUT, postgresql_where=IS_ASKED_ABOUT),
        Index("ix_stores_left", "id", sqlite_where=HAS_LEFT, postgresql_where=HAS_LEFT),
        Index("ix_stores_skewed", "id", sqlite_where=IS_SKEWED, postgresql_where=IS_SKEWED),
        # What the programme's page counts.
        Index("ix_stores_programme", "programme", "stage"),
        Index("ix_stores_waiting", "programme", "id", sqlite_where=IS_WAITING, postgresql_where=IS_WAITING),
        Index(
            "ix_stores_admitted", "programme", "merchant", sqlite_where=HAS_PLACE, postgresql_where=HAS_PLACE
        ),
    )

    @validates("url")
    def _keep_host(self, _name: str, url: str) -> str:
        self.host = host_of(url)
        return url


class StoreTroubleRow(Base):
    """A trouble of a store as of its last decision (domain/troubles.py), and since when it was noticed."""

    __tablename__ = "store_troubles"

    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    who: Mapped[str]  # must act
    since: Mapped[dt.datetime]

    __table_args__ = (
        Index("ix_store_troubles_id", "id", "who", "store_id"),
        Index("ix_store_troubles_who", "who", "store_id"),
    )


class MerchantAnswer(Base):
    """That staff know two stores to be of different merchants; asked once a pair."""

    __tablename__ = "merchant_answers"

    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True)  # the lesser id
    other_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True, index=True)
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str]
    at: Mapped[dt.datetime]


class StoreMark(Base):
    """What a shop is known by within a programme, hashed: it outlives the store's erasure."""

    __tablename__ = "store_marks"

    programme: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # services/stores/lineage.py
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)  # who bore it last


class Terms(Base):
    """The terms of a programme some store enrolled in: they stay, whatever PROGRAMME says later."""

    __tablename__ = "programmes"

    id: Mapped[str] = mapped_column(primary_key=True)
    terms: Mapped[dict[str, Any]]
    kept_at: Mapped[dt.datetime]


class ProgrammeCounts(Base):
    """What the worker last counted of a programme's stores and awards."""

    __tablename__ = "programme_counts"

    programme: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    counts: Mapped[dict[str, Any]]  # storage/programme_statistics.py


class WebhookEndpoint(Base):
    """A webhook address: one made by hand carries the store's own id and takes any topic."""

    __tablename__ = "hooks"

    id: Mapped[str] = mapped_column(primary_key=True)  # hk_…, or the store's id
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)
    topic: Mapped[str | None]  # null: the header names it
    # Of one the bridge makes at the store: its number there, and what was wrong with it when last looked at.
    webhook_id: Mapped[int | None] = mapped_column(BigInteger)
    trouble: Mapped[str | None]  # domain/store_webhooks.py
    checked_at: Mapped[dt.datetime | None]

    __table_args__ = (
        Index(
            "uq_hooks_topic",
            "store_id",
            "topic",
            unique=True,
            sqlite_where=HAS_TOPIC,
            postgresql_where=HAS_TOPIC,
        ),
        Index("ix_hooks_trouble", "store_id", sqlite_where=IS_IN_TROUBLE, postgresql_where=IS_IN_TROUBLE),
    )


class WebhookSecret(Base):
    """A signing secret; during a rotation two are valid."""

    __tablename__ = "hook_secrets"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    hook_id: Mapped[str] = mapped_column(ForeignKey("hooks.id"), index=True)
    secret_sealed: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime]
    valid_until: Mapped[dt.datetime | None]


class ConnectionAttempt(Base):
    """A merchant on the way through a shop's key page; keys that came wait here unconfirmed."""

    __tablename__ = "connects"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # hash of the user_id the shop is given
    shop: Mapped[str]
    rest_base: Mapped[str | None]  # what stands before the shop's wp-json; null: nobody has looked yet
    user_id_sealed: Mapped[str | None] = mapped_column(Text)  # for the address of the shop's key page
    browser_hash: Mapped[str] = mapped_column(String(64))
    return_url: Mapped[str | None] = mapped_column(Text)  # a page of the shop to lead back to
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    expires_at: Mapped[dt.datetime]
    keys_sealed: Mapped[str | None] = mapped_column(Text)  # only until it has ended
    keys_at: Mapped[dt.datetime | None]
    returned_at: Mapped[dt.datetime | None]  # the browser that began is back
    lease_until: Mapped[dt.datetime | None]  # while somebody finishes it
    outcome: Mapped[str | None]  # domain/connection_attempts.py; null: under way
    trouble: Mapped[str | None]  # wp_bridge.errors.StoreTrouble, of a try that may be repeated
    store_id: Mapped[str | None] = mapped_column(ForeignKey("stores.id"))

    __table_args__ = (
        Index("ix_connects_open", "created_at", sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY),
    )


class Bridge(Base):
    """A store we hold REST keys of: what it says of itself, and when it is looked at again."""

    __tablename__ = "bridges"

    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    rest_base: Mapped[str]  # what stands before wp-json, with the scheme it was connected by
    keys_sealed: Mapped[str] = mapped_column(Text)
    connected_at: Mapped[dt.datetime]
    facts: Mapped[dict[str, Any] | None]  # domain/shop_facts.py; null: never read
    facts_at: Mapped[dt.datetime | None]
    token_at: Mapped[dt.datetime | None]  # when the plugin took the status token; null: it has yet to
    next_check_at: Mapped[dt.datetime] = mapped_column(index=True)
    lease_until: Mapped[dt.datetime | None]
    checked_at: Mapped[dt.datetime | None]  # the last check that came through
    failures: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None]  # wp_bridge.errors.StoreTrouble, of the last check
    companion_gone_at: Mapped[dt.datetime | None]  # the first check since which our plugin was not there
    # What staff asked for, until the worker has done it.
    look_asked_at: Mapped[dt.datetime | None]
    rotation: Mapped[dict[str, Any] | None]  # of webhook secrets: services/bridge/rotate.py

    __table_args__ = (
        Index("ix_bridges_asked", "store_id", sqlite_where=IS_ASKED, postgresql_where=IS_ASKED),
        Index("ix_bridges_trouble", "store_id", sqlite_where=IS_IN_TROUBLE, postgresql_where=IS_IN_TROUBLE),
    )


class AddressClaim(Base):
    """A shop that claims to be a known store, or to be elsewhere than it is: held for staff, without keys.

    Whoever writes one holds its store's row.
    """

    __tablename__ = "address_claims"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))  # the known store that it is about
    address: Mapped[str]  # where the shop was opened, or the address that a signal named
    why: Mapped[str]  # domain/shop_identity.py
    uuid: Mapped[str | None]  # as reported, like home_url
    home_url: Mapped[str | None] = mapped_column(Text)
    signed_at: Mapped[dt.datetime | None]  # when a signal signed with the store's secret named the address
    evidence: Mapped[dict[str, Any] | None]  # domain/shop_identity.py MoveEvidence; null: nobody looked
    first_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime] = mapped_column(index=True)  # to the day

    __table_args__ = (UniqueConstraint("store_id", "address", name="uq_address_claims_store"),)


class Delivery(Base):
    """The inbox: one verified delivery, its raw bytes, and how far it has come. This row is the truth."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    identity: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 hex of what makes it the same
    source: Mapped[str]  # woocommerce | tiktok
    store_id: Mapped[str | None] = mapped_column(ForeignKey("stores.id"))
    hook_id: Mapped[str | None]
    topic: Mapped[str | None]
    webhook_id: Mapped[str | None]
    delivery_id: Mapped[str | None]
    headers: Mapped[list[Any]]  # [[name, value], …] without credentials
    body: Mapped[bytes | None] = mapped_column(LargeBinary)  # null once dropped
    body_sha256: Mapped[str] = mapped_column(String(64))
    body_bytes: Mapped[int | None] = mapped_column(BigInteger)  # as it came; null: not noted
    received_at: Mapped[dt.datetime]
    duplicates: Mapped[int] = mapped_column(default=0)
    state: Mapped[str]  # domain/deliveries.py
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[dt.datetime | None]  # when the worker should take it; null once ended
    lease_until: Mapped[dt.datetime | None]  # while processing: until when it is somebody's
    ended_at: Mapped[dt.datetime | None]
    error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("ix_deliveries_waiting", "due_at", "id"),
        # The same by store, of what waits: storage/turns.py walks along it.
        Index(
            "ix_deliveries_lanes",
            text("coalesce(store_id, '')"),
            "due_at",
            "id",
            sqlite_where=IS_DUE,
            postgresql_where=IS_DUE,
        ),
        Index("ix_deliveries_state", "state", "id"),
        Index("ix_deliveries_store", "store_id", "id"),
        Index("ix_deliveries_received", "received_at", "id"),
        Index(
            "ix_deliveries_lost", "store_id", "topic", "id", sqlite_where=IS_LOST, postgresql_where=IS_LOST
        ),
        Index("ix_deliveries_ended", "ended_at", sqlite_where=HAS_ENDED, postgresql_where=HAS_ENDED),
    )


class StoreDay(Base):
    """What a store sent on a day, and what of that was over its bounds (domain/limits.py)."""

    __tablename__ = "store_days"

    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)  # in UTC
    deliveries: Mapped[int] = mapped_column(BigInteger, default=0)  # that have a row
    body_bytes: Mapped[int] = mapped_column(BigInteger, default=0)  # kept of their bodies
    signals: Mapped[int] = mapped_column(BigInteger, default=0)  # applied
    shortened: Mapped[int] = mapped_column(BigInteger, default=0)  # deliveries kept without their bodies
    merged: Mapped[int] = mapped_column(BigInteger, default=0)  # deliveries counted on another's row
    passed_over: Mapped[int] = mapped_column(BigInteger, default=0)  # signals kept, but not applied

    __table_args__ = (Index("ix_store_days_day", "day", "store_id"),)


class Attempt(Base):
    """One try at a delivery: who, when, and what came of it."""

    __tablename__ = "attempts"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str]  # worker | staff, their replay and its reason
    outcome: Mapped[str]
    error: Mapped[str | None] = mapped_column(Text)
    replay_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        # Of a replay that is cut off and goes on, each delivery is tried once.
        Index(
            "uq_attempts_replay",
            "replay_id",
            "delivery_id",
            unique=True,
            sqlite_where=OF_A_REPLAY,
            postgresql_where=OF_A_REPLAY,
        ),
    )


class Replay(Base):
    """Deliveries that staff asked to be processed once more, and how far that has come."""

    __tablename__ = "replays"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    asked_at: Mapped[dt.datetime]
    actor: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    filters: Mapped[dict[str, Any]]  # as storage/deliveries.py writes them
    rate: Mapped[int]  # deliveries a second
    state: Mapped[str]  # domain/replays.py
    up_to: Mapped[int] = mapped_column(BigInteger)  # the newest delivery when it was asked for
    cursor: Mapped[int] = mapped_column(BigInteger)  # the last delivery it has come to
    next_at: Mapped[dt.datetime]  # no batch before that
    total: Mapped[int]  # how many there were to replay when it was asked for
    done: Mapped[int] = mapped_column(default=0)
    outcomes: Mapped[dict[str, Any]]  # how often each; adds up to `done`
    ended_at: Mapped[dt.datetime | None]


class Rejection(Base):
    """How many calls to the webhook addresses were turned away on a day, and how many pings came."""

    __tablename__ = "rejections"

    store_id: Mapped[str] = mapped_column(
        primary_key=True
    )  # empty where the caller was not shown to be a store
    reason: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)  # in UTC
    count: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        Index("ix_rejections_day", "reason", "day", "count"),
        Index("ix_rejections_listed", "day", "store_id", "reason"),
    )


class RejectionSample(Base):
    """One of the newest calls turned away, of a store and for a reason; without credentials, without body."""

    __tablename__ = "rejection_samples"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    store_id: Mapped[str]
    reason: Mapped[str]
    at: Mapped[dt.datetime]
    headers: Mapped[list[Any]]  # [[name, value], …]
    bytes: Mapped[int | None] = mapped_column(BigInteger)  # of the body, as announced; null: not told

    __table_args__ = (Index("ix_rejection_samples_store_id", "store_id", "reason", "id"),)


class Quarantined(Base):
    """What a known store sent with a signature we could not verify: it never comes again."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    identity: Mapped[str] = mapped_column(String(64), unique=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)
    hook_id: Mapped[str]
    topic: Mapped[str | None]
    headers: Mapped[list[Any]]
    body_sealed: Mapped[str] = mapped_column(Text)
    body_sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    received_at: Mapped[dt.datetime] = mapped_column(index=True)


class Signal(Base):
    """A signal already taken in: effects are keyed by it, so twice delivered is once done."""

    __tablename__ = "signals"

    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), primary_key=True)
    install_id: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event: Mapped[str]
    at: Mapped[dt.datetime]
    delivery_id: Mapped[int | None] = mapped_column(BigInteger)


class Link(Base):
    """A store's ad account: what the store claims, and the advertiser's consent that proves it."""

    __tablename__ = "links"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)
    advertiser_id: Mapped[str] = mapped_column(index=True)
    linked_at: Mapped[dt.datetime | None]
    claimed_at: Mapped[dt.datetime | None]  # what a signal asserted, where it was bounded (domain/claims.py)
    exact: Mapped[bool | None]  # null: nobody said
    linked_news: Mapped[list[Any] | None]  # order key of the signal that named linked_at; null: not a signal
    ended_at: Mapped[dt.datetime | None]  # lost, switched or removed
    token_sealed: Mapped[str | None] = mapped_column(Text)
    consent: Mapped[bool | None]  # null: not asked yet; false: withdrawn
    consent_at: Mapped[dt.datetime | None]
    consent_lost: Mapped[
        str | None
    ]  # domain/facts.py: why; null: it stands, was never given, or is not known
    proven_at: Mapped[dt.datetime | None]  # when the advertiser first consented; it outlives the consent
    # The account's figures as they were when the consent ended: later ones are read by others' consents.
    last_figures: Mapped[dict[str, Any] | None] = mapped_column(PackedJson)
    tiktok_user_hash: Mapped[str | None] = mapped_column(String(64), index=True)  # who gave the consent
    scopes: Mapped[list[Any] | None]  # TikTok's numbers of what it allows; null: not known
    prior_spend: Mapped[Decimal | None]  # gross spend of the programme's days before the link date
    prior_spend_before: Mapped[dt.date | None] = mapped_column(Date)  # the link date it was read for
    prior_spend_at: Mapped[dt.datetime | None]

    __table_args__ = (
        UniqueConstraint("store_id", "advertiser_id"),
        Index("ix_links_standing", "store_id", sqlite_where=STANDS, postgresql_where=STANDS),
        Index("ix_links_withdrawn", "store_id", sqlite_where=IS_WITHDRAWN, postgresql_where=IS_WITHDRAWN),
    )


class ConsentFlow(Base):
    """One way from a store's ticket through TikTok's consent and back, in one browser."""

    __tablename__ = "consent_flows"

    id: Mapped[str] = mapped_column(primary_key=True)  # cf_…, told to its browser alone
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)
    ticket_hash: Mapped[str] = mapped_column(String(64), unique=True)
    return_url: Mapped[str | None] = mapped_column(Text)  # a page of the store to lead back to
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    expires_at: Mapped[dt.datetime]  # of the next step; each step moves it
    browser_hash: Mapped[str | None] = mapped_column(String(64))  # null: nobody has opened the ticket
    state_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # null: nobody is at TikTok
    outcome: Mapped[str | None]  # domain/consent.py; null: under way
    found: Mapped[dict[str, Any] | None]  # what the consent covers: accounts, scopes
    token_sealed: Mapped[str | None] = mapped_column(Text)  # only while its account is being chosen


class Account(Base):
    """An ad account as TikTok last described it, and when to ask again."""

    __tablename__ = "accounts"

    advertiser_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    name_key: Mapped[str | None] = mapped_column(index=True)  # domain/likeness.py; it follows the name
    status: Mapped[str | None]
    country: Mapped[str | None]
    currency: Mapped[str | None]
    timezone: Mapped[str | None]
    business_center: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[dt.datetime | None]
    read_at: Mapped[dt.datetime | None]
    spend_read_at: Mapped[dt.datetime | None]
    bills_readable: Mapped[bool | None]  # null: never asked; false: TikTok lets us not, or there is no ledger
    bills_read_at: Mapped[dt.datetime | None]  # when that was answered
    bills_from: Mapped[dt.date | None] = mapped_column(Date)  # the payments since then are known
    next_poll_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    poll_reason: Mapped[str | None]
    poll_urgent: Mapped[bool] = mapped_column(default=False)  # and stays so while it fails or is put back
    hinted_at: Mapped[dt.datetime | None]  # when a hint last moved it forward
    subscribe_at: Mapped[dt.datetime | None]  # when to ask for notices again, after a refusal
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    fault: Mapped[str | None]  # domain/troubles.py: what the last poll met; null: nothing

    @validates("name")
    def _keep_name_key(self, _name: str, name: str | None) -> str | None:
        self.name_key = name_key(name)
        return name


class Subscription(Base):
    """That TikTok tells us of an ad account's changes of one kind."""

    __tablename__ = "subscriptions"

    advertiser_id: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(primary_key=True)  # TikTok's word for the kind
    subscription_id: Mapped[str] = mapped_column(unique=True)  # TikTok's


class SpendDay(Base):
    """One account's figures for one date in its own zone, overwritten when TikTok restates them."""

    __tablename__ = "spend_days"

    advertiser_id: Mapped[str] = mapped_column(primary_key=True)
    date: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    spend: Mapped[Decimal | None]
    billed_cost: Mapped[Decimal | None]
    cash_spend: Mapped[Decimal | None]
    voucher_spend: Mapped[Decimal | None]
    read_at: Mapped[dt.datetime]


class PaymentRow(Base):
    """A row of an account's ledger: a bill, a refund, credit given; overwritten when read again."""

    __tablename__ = "payments"

    advertiser_id: Mapped[str] = mapped_column(primary_key=True)
    transaction_id: Mapped[str] = mapped_column(primary_key=True)  # TikTok's; it tells like payments apart
    type: Mapped[str | None]  # TikTok's words
    billing: Mapped[str | None]
    subtotal: Mapped[Decimal | None]
    tax: Mapped[Decimal | None]
    currency: Mapped[str | None]
    at: Mapped[dt.datetime | None]
    read_at: Mapped[dt.datetime]


class RecordedFact(Base):
    """What staff recorded, with reason and evidence; the newest of a name holds."""

    __tablename__ = "recorded_facts"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)
    name: Mapped[str]
    value: Mapped[Any] = mapped_column(JsonValue)  # null: "unknown", or an override taken back
    reason: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    by: Mapped[str]
    at: Mapped[dt.datetime]


class DecisionRow(Base):
    """What was decided for a store, when, and from which facts and terms; never changed."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)
    decided_at: Mapped[dt.datetime]
    stage: Mapped[str]
    verdict: Mapped[str]
    digest: Mapped[str] = mapped_column(String(64))  # of what it says; the same again writes nothing
    facts: Mapped[dict[str, Any]]  # the facts document
    programme: Mapped[dict[str, Any]]  # the terms as they stood
    # The status document as it was said, whatever later code would say; null in rows older than this column.
    answer: Mapped[dict[str, Any] | None] = mapped_column(PackedJson)

    __table_args__ = (Index("ix_decisions_decided_at", "decided_at"),)


class Award(Base):
    """One award of credit; the database holds it to one a store and one an advertiser per programme.

    Whoever changes one holds its store's row (storage/awards.py), as a decision does.
    """

    __tablename__ = "awards"

    id: Mapped[str] = mapped_column(primary_key=True)  # aw_…
    programme: Mapped[str]
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"))
    merchant: Mapped[str]
    advertiser_id: Mapped[str]
    business_center: Mapped[str | None]
    state: Mapped[str]  # domain/awards.py
    credit: Mapped[Decimal]
    threshold: Mapped[Decimal]
    currency: Mapped[str]
    decided_at: Mapped[dt.datetime]
    due_by: Mapped[dt.date] = mapped_column(Date)
    timezone: Mapped[str | None]  # the account's, in which `due_by` is a date; null: unknown, UTC is taken
    delivery: Mapped[str | None]
    reference: Mapped[str | None]  # what an applied credit is found by; of a code the last characters only
    code_sealed: Mapped[str | None] = mapped_column(Text)  # the code; null once its store is erased
    code_hash: Mapped[str | None] = mapped_column(String(64))  # storage/codes.py; it stays
    flags: Mapped[list[Any]]  # that hold now
    cleared_flags: Mapped[dict[str, Any] | None]  # that held before: since when not any more
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), index=True)
    blocked_from: Mapped[str | None]  # the state a lift goes back to; null unless blocked
    block_reason: Mapped[str | None] = mapped_column(Text)  # of the last block; it stays when that is lifted
    evidence: Mapped[str | None] = mapped_column(Text)  # what `credited` rests on
    evidence_source: Mapped[str | None]
    credited_at: Mapped[dt.datetime | None]  # when that was recorded; it outlives the credit

    __table_args__ = (
        UniqueConstraint("programme", "store_id", name="uq_awards_store"),
        UniqueConstraint("programme", "advertiser_id", name="uq_awards_advertiser"),
        # A code can be redeemed once; the reference of an applied credit may be one ticket for many.
        Index("uq_awards_code", "code_hash", unique=True),
        # Whether its merchant or Business Center has one already.
        Index("ix_awards_merchant", "programme", "merchant"),
        Index("ix_awards_business_center", "programme", "business_center"),
        # A page of awards, by date, for each way to ask for one; and their sums by programme.
        Index("ix_awards_due_by", "due_by", "id"),
        Index("ix_awards_state", "state", "due_by", "id"),
        Index("ix_awards_programme", "programme", "due_by", "id"),
        Index("ix_awards_flagged", "due_by", "id", sqlite_where=IS_FLAGGED, postgresql_where=IS_FLAGGED),
        Index("ix_awards_sums", "programme", "state", "currency", "threshold", "credit", "due_by"),
    )


class HashKey(Base):
    """A random key of hashes that must stay comparable when SECRET_KEYS are rotated."""

    __tablename__ = "hash_keys"

    name: Mapped[str] = mapped_column(primary_key=True)  # of what it hashes
    key_sealed: Mapped[str] = mapped_column(Text)
    made_at: Mapped[dt.datetime]


class Review(Base):
    """A merchant's request that staff look again, and their answer; one open at a time."""

    __tablename__ = "reviews"

    id: Mapped[str] = mapped_column(primary_key=True)  # rv_…
    store_id: Mapped[str] = mapped_column(ForeignKey("stores.id"), index=True)
    state: Mapped[str]  # open | answered
    message: Mapped[str] = mapped_column(Text)  # the merchant's own words
    asked_at: Mapped[dt.datetime]
    decision_id: Mapped[int | None] = mapped_column(
        ForeignKey("decisions.id"), index=True
    )  # what they had been told
    answer: Mapped[str | None]  # domain/reviews.py
    recorded: Mapped[dict[str, Any] | None]  # the override or fact it was answered with
    reason: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[dt.datetime | None]
    answered_by: Mapped[str | None]

    __table_args__ = (
        Index("uq_reviews_open", "store_id", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_reviews_asked", "asked_at", "id"),
        Index("ix_reviews_state", "state", "asked_at", "id"),
    )


class Staff(Base):
    """Someone who may sign in to the console."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]  # viewer | operator
    password_hash: Mapped[str]
    created_at: Mapped[dt.datetime]
    password_is_one_time: Mapped[bool] = mapped_column(default=False)  # to be replaced at the first sign-in
    timezone: Mapped[str] = mapped_column(default="UTC")  # in which they read times


class SignInTries(Base):
    """How often somebody tried to sign in as somebody, from an address, or in a known browser."""

    __tablename__ = "sign_in_tries"

    subject: Mapped[str] = mapped_column(primary_key=True)  # services/staff/sign_in.py
    tries: Mapped[int]
    until: Mapped[dt.datetime]  # no try before that
    last_at: Mapped[dt.datetime] = mapped_column(index=True)


class StaffSession(Base):
    """A browser that is signed in to the console, in real time: a sandbox's clock is moved by days."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime]  # to the minute


class StaffToken(Base):
    """A personal token for the API, with its owner's role."""

    __tablename__ = "staff_tokens"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime | None]  # to the minute

    __table_args__ = (UniqueConstraint("staff_id", "name", name="uq_staff_tokens_name"),)


class AuditEntry(Base):
    """Who changed what, when and why."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    store_id: Mapped[str | None]  # the store that it is about; it stays when the store is gone
    detail: Mapped[dict[str, Any]]

    __table_args__ = (
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_actor", "actor", "at", "id"),
        Index("ix_audit_action", "action", "at", "id"),
        Index("ix_audit_store_id", "store_id", "at", "id"),
    )


class CallBudget(Base):
    """What our app has left of its calls to TikTok; one row, held by whoever takes a turn."""

    __tablename__ = "call_budgets"

    provider: Mapped[str] = mapped_column(primary_key=True)  # tiktok
    next_at: Mapped[dt.datetime | None]
    routine_at: Mapped[dt.datetime | None]
    day: Mapped[dt.date | None] = mapped_column(Date)  # in UTC
    used: Mapped[int] = mapped_column(BigInteger, default=0)  # calls of that day


class CallPause(Base):
    """Until when TikTok wants no calls, of our app or about one ad account; gone once it answers again."""

    __tablename__ = "call_pauses"

    subject: Mapped[str] = mapped_column(primary_key=True)  # an advertiser's id; empty: the app
    until: Mapped[dt.datetime]
    strikes: Mapped[int]


class CallCount(Base):
    """How many calls to TikTok came to what, ever; kept, so that the figure never falls."""

    __tablename__ = "call_counts"

    path: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)  # TikTok's; `none`: no answer of the API came
    count: Mapped[int] = mapped_column(BigInteger)


class Telling(Base):
    """What staff were told of one matter through their own channel, and how trying to goes."""

    __tablename__ = "tellings"

    matter: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[dt.datetime | None]  # when it was noticed; null: it does not stand
    told: Mapped[int]  # how many they were told of; 0: nothing yet, or that it is over
    told_at: Mapped[dt.datetime | None]
    failures: Mapped[int]  # in a row, of telling what is news now
    next_try_at: Mapped[dt.datetime | None]
    error: Mapped[str | None] = mapped_column(Text)  # of the last failure


class Heartbeat(Base):
    """When a background process last showed life; also which periodic run has been taken."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
