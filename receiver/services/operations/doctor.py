"""Checks everything that an installation needs; a check reports its finding and the remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select, text

from receiver.documents.programme import load_programme
from receiver.domain.troubles import Actor
from receiver.errors import (
    InputError,
    OptionsRefused,
    ProviderError,
    ReceiverError,
    SettingsError,
    StorageUnavailable,
)
from receiver.home import COMMAND, HOME
from receiver.integrations.notifications import SET_CHANNEL, Channel
from receiver.integrations.probe import ProbeResult
from receiver.services.context import ServiceContext
from receiver.services.operations.rotate_keys import encrypted_columns
from receiver.services.programmes.terms import terms_in_force
from receiver.setting_sources import near_misses
from receiver.settings import Settings
from receiver.storage import alerts, heartbeats, migrate, store_troubles
from receiver.storage.cipher import Cipher
from receiver.storage.database import Database
from receiver.storage.pooler import pooler_problem
from receiver.storage.rate_limiter import SharedBudget
from receiver.storage.sqlite_files import open_to_others

BUILT = datetime(2026, 11, 1, tzinfo=UTC)  # no honest clock is earlier than this code
CLOCK_WARNS, CLOCK_FAILS = timedelta(seconds=30), timedelta(seconds=300)  # signed times bear 300 s
WORKER_SILENT = timedelta(seconds=30)  # it writes every 5
NO_CREDENTIALS = "/user/info/"  # TikTok answers it without a token, saying that one is missing


class CheckState(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Check:
    """The result of one check; `do` is empty when there is nothing to do."""

    name: str
    state: CheckState
    finding: str
    do: str = ""


def diagnose_settings(error: SettingsError) -> Check:
    """Return the check of a settings error, which rules out every other check."""
    return Check("settings", CheckState.FAIL, str(error), "put it right in the environment or in .env")


def diagnose(
    context: ServiceContext, probe: Callable[[str], ProbeResult], channel: Channel | None = None
) -> Iterator[Check]:
    """Yield the result of every check in turn; none raises."""
    settings, database, now = context.settings, context.database, context.now()
    yield _settings(settings)
    schema = _schema(database)
    yield schema
    if schema.state is not CheckState.FAIL:
        yield _secrets(database, context.cipher)
        yield _worker(context)
        yield _calls(context.budget, now)
        yield _alerts(database, channel)
        yield _stores(database)
    yield _terms(context, is_readable=schema.state is not CheckState.FAIL)
    reach, provider_time = _tiktok(settings, probe)
    yield reach
    yield _clock(now, provider_time)


def diagnose_before_start(context: ServiceContext, channel: Channel | None = None) -> Iterator[Check]:
    """Yield the checks that need neither a running worker nor the network; none raises."""
    schema = _schema(context.database)
    yield schema
    if schema.state is not CheckState.FAIL:
        yield _secrets(context.database, context.cipher)
        yield _alerts(context.database, channel)
    yield _terms(context, is_readable=schema.state is not CheckState.FAIL)


def _settings(settings: Settings) -> Check:
    """Check for settings that let the service start and are probably mistakes."""
    misses = near_misses(HOME / ".env")
    if misses:
        summary = ", ".join(f"{name} in .env is no setting" for name in misses)
        return Check("settings", CheckState.WARN, summary, f"write {', '.join(misses.values())}")
    summary = f"complete; reached at {settings.public_url}"
    if settings.public_url.startswith("https:") or settings.sandbox_folder is not None:
        return Check("settings", CheckState.OK, summary)
    return Check("settings", CheckState.WARN, f"{summary}, where all is sent in the clear", NEEDS_TLS)


NEEDS_TLS = "put TLS before it, and https:// in PUBLIC_URL: WooCommerce gives no keys to an http address"
POOLERS = "docs/deployment.md says which poolers can stand before the database"


def _schema(database: Database) -> Check:
    try:
        with database.writing() as session:  # takes the write lock: a read-only database shows itself
            session.execute(text("SELECT 1"))
        revision, newest = migrate.current_revision(database), migrate.newest_revision()
        pooler = pooler_problem(database)
    except OptionsRefused as error:
        return Check("database", CheckState.FAIL, str(error), POOLERS)
    except StorageUnavailable as error:
        return Check(
            "database", CheckState.FAIL, str(error), "see that it runs and that DATABASE_URL names it"
        )
    kind = database.url.get_backend_name()
    if revision != newest:
        if revision and not migrate.is_known(revision):
            newer = f"{kind} is at revision {revision}, {migrate.OF_NEWER}"
            return Check("database", CheckState.FAIL, newer, migrate.START_NEWER)
        at = f"{kind} is at revision {revision or 'none'}; this version needs {newest}"
        return Check("database", CheckState.FAIL, at, f"run `{COMMAND} migrate`")
    if pooler:
        return Check("database", CheckState.FAIL, pooler, POOLERS)
    if database.is_sqlite and (parts := open_to_others(Path(database.url.database or ""))):
        names = ", ".join(map(str, parts))
        return Check(
            "database", CheckState.WARN, f"others on this machine can open {names}", f"chmod 600 {names}"
        )
    return Check(
        "database", CheckState.OK, f"{kind} can be written to and is at the newest revision, {revision}"
    )


def _secrets(database: Database, cipher: Cipher) -> Check:
    """Check that the newest secret of each kind decrypts; `secrets rotate` checks them all."""
    try:
        with database.reading() as session:
            for table, column in encrypted_columns():
                (key,) = table.primary_key.columns
                newest = select(column).where(column.is_not(None)).order_by(key.desc()).limit(1)
                if (encrypted := session.scalar(newest)) is not None:
                    cipher.decrypt(encrypted)
    except ReceiverError as error:
        return Check("secrets", CheckState.FAIL, str(error), "add the lost key to the end of SECRET_KEYS")
    return Check("secrets", CheckState.OK, "stored secrets open with SECRET_KEYS")


def _worker(context: ServiceContext) -> Check:
    now = context.now()
    do = f"start `{COMMAND} worker`; until then deliveries are kept but not processed"
    try:
        with context.database.reading() as session:
            last = heartbeats.last_beat(session, heartbeats.WORKER)
    except StorageUnavailable as error:
        return Check("worker", CheckState.FAIL, str(error), do)
    if last is None:
        return Check("worker", CheckState.FAIL, "never seen", do)
    seconds = max(0, round((now - last).total_seconds()))
    silent = now - last > WORKER_SILENT
    return Check(
        "worker",
        CheckState.FAIL if silent else CheckState.OK,
        f"last seen {seconds} s ago",
        do if silent else "",
    )


def _stores(database: Database) -> Check:
    """Check whether stores wait for staff or for this service."""
    with database.reading() as session:
        counts = store_troubles.count_by_trouble(session)
    ours = {id: count for (id, who), count in counts.items() if who in (Actor.STAFF, Actor.SERVICE)}
    if not ours:
        return Check("stores", CheckState.OK, "no store waits for staff or this service")
    summary = ", ".join(f"{id} {count}" for id, count in sorted(ours.items()))
    return Check(
        "stores", CheckState.WARN, summary, "see the Overview in the console; each number leads to its stores"
    )


def _calls(budget: SharedBudget, now: datetime) -> Check:
    try:
        remaining = budget.remaining(now)
    except StorageUnavailable as error:
        return Check("calls", CheckState.FAIL, str(error), "see that it runs and that DATABASE_URL names it")
    routine, urgent = remaining.routine, remaining.urgent
    summary = f"{remaining.used} made to TikTok today, {routine} left for routine work, {urgent} in all"
    if remaining.slowed:
        summary += f"; {remaining.slowed} ad accounts are asked more slowly"
    if remaining.paused_until:
        summary += f"; TikTok wants none until {remaining.paused_until:%Y-%m-%d %H:%M} UTC"
        return Check("calls", CheckState.WARN, summary, "wait; if it recurs, lower TIKTOK_RATE")
    if not routine:
        return Check(
            "calls", CheckState.WARN, summary, "routine polls wait for 00:00 UTC; TikTok grants higher levels"
        )
    return Check("calls", CheckState.OK, summary)


def _alerts(database: Database, channel: Channel | None) -> Check:
    """Check that staff have a channel for alerts, and that its last message was sent."""
    if channel is None:
        return Check(
            "alerts", CheckState.WARN, "nobody is told of a stopped worker or overdue awards", SET_CHANNEL
        )
    try:
        with database.reading() as session:
            failing = session.scalars(alerts.failing()).first()
    except StorageUnavailable as error:
        return Check("alerts", CheckState.FAIL, str(error), "see that it runs and that DATABASE_URL names it")
    if failing:
        summary = f"staff could not be told: {failing.error}; tried {failing.failures} times"
        return Check(
            "alerts", CheckState.FAIL, summary, f"put it right, then try `{COMMAND} staff test-alert`"
        )
    return Check("alerts", CheckState.OK, f"staff are told by {channel.words}")


def _terms(context: ServiceContext, *, is_readable: bool) -> Check:
    """Check the terms that new stores join; of a database that is not readable, those of the setting."""
    try:
        terms = terms_in_force(context) if is_readable else load_programme(context.settings.programme)
    except InputError as error:
        return Check("terms", CheckState.FAIL, str(error), "put PROGRAMME or its file right")
    today = context.now().astimezone(UTC).date()
    new_terms = "load the terms that hold now, or set PROGRAMME; stores keep those they enrolled in"
    if today > terms.credit_expires:
        over = f"{terms.id} is over: closed on {terms.closes}, credit expired on {terms.credit_expires}"
        return Check("terms", CheckState.WARN, over, new_terms)
    if today > terms.closes:
        closed = (
            f"{terms.id} closed on {terms.closes}; no store can join it (credit until {terms.credit_expires})"
        )
        return Check("terms", CheckState.WARN, closed, new_terms)
    if today < terms.opens:
        return Check(
            "terms", CheckState.WARN, f"{terms.id} opens only on {terms.opens}", "wait, or set PROGRAMME"
        )
    return Check(
        "terms",
        CheckState.OK,
        f"{terms.id} is open until {terms.closes}, credit until {terms.credit_expires}",
    )


def _tiktok(settings: Settings, probe: Callable[[str], ProbeResult]) -> tuple[Check, datetime | None]:
    url = settings.tiktok_api_url
    try:
        result = probe(url + NO_CREDENTIALS)
    except ProviderError as error:
        return Check("tiktok", CheckState.FAIL, f"{url}: {error}", "see that this machine may call it"), None
    if not result.envelope:
        summary = f"{url} answers (HTTP {result.status}), but not as TikTok's API does"
        return Check("tiktok", CheckState.FAIL, summary, "see that TIKTOK_API_URL is right"), result.at
    if not (settings.tiktok_app_id and settings.tiktok_app_secret):
        summary = f"{url} answers, but there is no app to ask consent for, and its webhooks are answered 503"
        return Check("tiktok", CheckState.WARN, summary, "set TIKTOK_APP_ID and TIKTOK_APP_SECRET"), result.at
    return Check("tiktok", CheckState.OK, f"{url} answers"), result.at


def _clock(now: datetime, provider_time: datetime | None) -> Check:
    set_it = "set this machine's clock (a time service such as chrony keeps it right)"
    if now < BUILT:
        return Check("clock", CheckState.FAIL, f"it says {now:%Y-%m-%d %H:%M} UTC, which is past", set_it)
    if provider_time is None:
        return Check("clock", CheckState.OK, f"it says {now:%Y-%m-%d %H:%M} UTC; nothing to compare it with")
    off = abs(now - provider_time)
    seconds = f"{round(off.total_seconds())} s away from TikTok's"
    if off > CLOCK_FAILS:
        return Check(
            "clock", CheckState.FAIL, f"{seconds}; signed webhooks are refused from 300 s on", set_it
        )
    if off > CLOCK_WARNS:
        return Check("clock", CheckState.WARN, seconds, set_it)
    return Check("clock", CheckState.OK, seconds)
