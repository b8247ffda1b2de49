"""Takes one browser from its ticket to TikTok's consent and back, and links what was consented to.

Whoever comes is known by a secret of their browser, so that an answer of TikTok's that somebody else
asked for links nothing. Nothing is held open while TikTok is called.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from receiver.domain.audit import Agent, AuditAction
from receiver.domain.consent import ConsentOutcome, FlowError, Permission, missing, resolve_account
from receiver.errors import Advice, ProviderError, Refused
from receiver.integrations.tiktok.oauth import Authorised, Consent
from receiver.logs import get_logger
from receiver.services.authorization.answering import ReadingApi, answered_permissions
from receiver.services.authorization.consent import give_consent
from receiver.services.context import ServiceContext
from receiver.storage import audit, consents, links, spend, stores
from receiver.storage.cipher import Cipher, token_hash
from receiver.storage.database import Database
from receiver.storage.tables import ConsentFlow, Store

STEP_LASTS = timedelta(minutes=30)  # to sign in at TikTok, to choose
FAILED = {
    Advice.REAUTHORISE: ConsentOutcome.REFUSED,
    Advice.GIVE_UP: ConsentOutcome.REFUSED,
    Advice.CONFIGURATION: ConsentOutcome.NOT_SET_UP,
}

log = get_logger(__name__)


class ConsentApi(ReadingApi, Protocol):
    """The calls to TikTok that a consent needs; each raises ProviderError."""

    def exchange_code(self, auth_code: str) -> Consent: ...

    def authorised_advertisers(self, token: str) -> list[Authorised]: ...

    def consenting_user(self, token: str) -> str | None: ...


class FlowRefused(Refused):
    """A step of the consent is refused to this browser; `why` says for what."""

    def __init__(self, why: FlowError) -> None:
        super().__init__(f"refused: {why}")
        self.why = why


@dataclass(frozen=True)
class ConsentedAccount:
    """One a consent covers; `name` None is "TikTok did not say"."""

    advertiser_id: str
    name: str | None


@dataclass(frozen=True)
class FlowStatus:
    """The progress of a flow, for its own browser; `outcome` None is under way."""

    id: str
    store_name: str
    store_url: str
    return_url: str | None
    outcome: ConsentOutcome | None
    expired: bool
    account: ConsentedAccount | None  # the one the outcome is about
    accounts: tuple[ConsentedAccount, ...]  # to choose from
    missing: tuple[Permission, ...]


def redeem_ticket(database: Database, now: datetime, ticket: str, browser: str) -> str:
    """Spend the ticket for the first browser that comes with it; return the flow's id. Raises FlowRefused."""
    ticket_hash, browser_hash = token_hash(ticket), token_hash(browser)
    with database.writing() as session:
        consents.take_ticket(session, ticket_hash, browser_hash, now, now + STEP_LASTS)
        flow = consents.flow_of_ticket(session, ticket_hash)
    if flow is None:
        raise FlowRefused(FlowError.TICKET_UNKNOWN)
    if flow.browser_hash is None:
        raise FlowRefused(FlowError.EXPIRED)
    if not hmac.compare_digest(flow.browser_hash, browser_hash):
        raise FlowRefused(FlowError.TICKET_USED)
    return flow.id


def show_flow(database: Database, now: datetime, flow_id: str, browser: str) -> FlowStatus:
    """Return the flow as its page shows it. Raises FlowRefused."""
    with database.reading() as session:
        flow, store = _own(session, flow_id, browser)
        return _shown(flow, store, now)


def start_authorization(database: Database, now: datetime, flow_id: str, browser: str) -> str:
    """Return a new `state` to go to TikTok with; an earlier one of this flow is void. Raises FlowRefused."""
    state = secrets.token_urlsafe(32)
    with database.writing() as session:
        flow, _ = _own(session, flow_id, browser, locked=True)
        if flow.expires_at <= now:
            raise FlowRefused(FlowError.EXPIRED)
        flow.state_hash, flow.expires_at = token_hash(state), now + STEP_LASTS
        flow.outcome = flow.found = flow.token_encrypted = None
    return state


def handle_callback(context: ServiceContext, *, state: str, auth_code: str | None, browser: str) -> str:
    """Record TikTok's answer; return the id of the flow, whose page shows the outcome. Raises FlowRefused.

    A state serves once, whoever brings it.
    """
    database, tiktok, now = context.database, context.tiktok, context.now()
    flow_id = _spend_state(database, now, state, browser)
    if auth_code is None:
        return _failed(database, flow_id, ConsentOutcome.CANCELLED)
    try:
        consent = tiktok.exchange_code(auth_code)
        answered = answered_permissions(tiktok, consent, now)
    except ProviderError as error:
        return _failed(database, flow_id, FAILED.get(error.advice, ConsentOutcome.FAULT))
    names, user = _names(tiktok, consent), _user_hash(tiktok, consent)
    with database.writing() as session:
        flow, store = _held(session, flow_id, consent.advertiser_ids)
        flow.found = {
            "accounts": [[item, names.get(item)] for item in consent.advertiser_ids],
            "scopes": sorted(consent.scopes),
            "answered": answered,
            "user_hash": user,
        }
        _finish(session, context.cipher, now, flow, store, consent.access_token)
    return flow_id


def choose(context: ServiceContext, *, flow_id: str, browser: str, advertiser_id: str) -> None:
    """Link one of the accounts a consent covers, unless the store has named one since. Raises FlowRefused."""
    now, cipher = context.now(), context.cipher
    with context.database.writing() as session:
        covered = (_own(session, flow_id, browser)[0].found or {}).get("accounts", ())
        flow, store = _held(session, flow_id, [covers for covers, _ in covered])
        if flow.token_encrypted is None or flow.expires_at <= now:
            raise FlowRefused(FlowError.EXPIRED)
        _finish(session, cipher, now, flow, store, cipher.decrypt(flow.token_encrypted), advertiser_id)


def _spend_state(database: Database, now: datetime, state: str, browser: str) -> str:
    with database.writing() as session:
        flow = consents.flow_of_state(session, token_hash(state))
        why = _why_not(flow, now, browser)
        if flow is not None:
            flow.state_hash = None
            if why is FlowError.WRONG_BROWSER:
                audit.record(
                    session,
                    now,
                    Agent.STRANGER,
                    AuditAction.TIKTOK_CONSENT_REFUSED,
                    flow.store_id,
                    {"why": why},
                )
    if flow is None or why is not None:
        log.warning("tiktok answer refused", why=why, store_id=flow.store_id if flow else None)
        raise FlowRefused(why or FlowError.STATE_UNKNOWN)
    return flow.id


def _why_not(flow: ConsentFlow | None, now: datetime, browser: str) -> FlowError | None:
    if flow is None:
        return FlowError.STATE_UNKNOWN
    if not _is_of(flow, browser):
        return FlowError.WRONG_BROWSER
    return FlowError.EXPIRED if flow.expires_at <= now else None


def _is_of(flow: ConsentFlow, browser: str) -> bool:
    return hmac.compare_digest(flow.browser_hash or "", token_hash(browser))


def _own(session: Session, flow_id: str, browser: str, *, locked: bool = False) -> tuple[ConsentFlow, Store]:
    """Return the flow, if it is this browser's. Raises FlowRefused."""
    # PostgreSQL cannot be asked for a NUL, which an address can hold.
    flow = consents.flow(session, flow_id, locked=locked) if flow_id.isprintable() else None
    if flow is None or not _is_of(flow, browser):
        raise FlowRefused(FlowError.NOT_YOURS)
    return flow, stores.get_store(session, flow.store_id)


def _held(session: Session, flow_id: str, accounts: Sequence[str]) -> tuple[ConsentFlow, Store]:
    """Store and flow, which nobody else changes now: in this order, as a disconnect takes them.

    `accounts`: those that the consent covers, held before, as a poll takes them.

    Raises FlowRefused where a disconnect was first.
    """
    spend.hold_accounts(session, accounts)
    flow = consents.flow(session, flow_id)
    store = stores.get_store(session, flow.store_id, locked=True) if flow else None
    flow = consents.flow(session, flow_id, locked=True)
    if flow is None or store is None:
        raise FlowRefused(FlowError.STORE_GONE)
    return flow, store


def _names(tiktok: ConsentApi, consent: Consent) -> dict[str, str | None]:
    """Return names by id; none where TikTok refuses, since choosing by number still works."""
    try:
        found = tiktok.authorised_advertisers(consent.access_token)
    except ProviderError:
        return {}
    return {item.advertiser_id: item.name for item in found}


def _user_hash(tiktok: ConsentApi, consent: Consent) -> str | None:
    """Return a hash of the person who consented; None where TikTok refuses, which stops nothing."""
    try:
        user = tiktok.consenting_user(consent.access_token)
    except ProviderError:
        return None
    return None if user is None else token_hash(user)


def _finish(
    session: Session,
    cipher: Cipher,
    now: datetime,
    flow: ConsentFlow,
    store: Store,
    token: str,
    chosen: str | None = None,
) -> None:
    found = flow.found or {}
    named = links.open_link(session, store.id)
    covered = [advertiser_id for advertiser_id, _ in found["accounts"]]
    judged = resolve_account(covered, _missing(found), named.advertiser_id if named else None, chosen)
    flow.outcome, flow.expires_at = judged.outcome, now + STEP_LASTS
    flow.found = {**found, "about": judged.advertiser_id}
    flow.token_encrypted = cipher.encrypt(token) if judged.outcome is ConsentOutcome.CHOOSE else None
    if judged.outcome is ConsentOutcome.LINKED and judged.advertiser_id is not None:
        link = give_consent(
            session, cipher, now, store.id, judged.advertiser_id, token, scopes=found["scopes"]
        )
        link.tiktok_user_hash = found.get("user_hash")
        what = {"advertiser_id": judged.advertiser_id, "scopes": found["scopes"]}
        audit.record(session, now, Agent.MERCHANT, AuditAction.TIKTOK_CONSENT_GIVEN, store.id, what)


def _failed(database: Database, flow_id: str, outcome: ConsentOutcome) -> str:
    with database.writing() as session:
        flow = consents.flow(session, flow_id, locked=True)
        if flow is None:
            raise FlowRefused(FlowError.STORE_GONE)
        flow.outcome = outcome
    return flow_id


def _shown(flow: ConsentFlow, store: Store, now: datetime) -> FlowStatus:
    found = flow.found or {"accounts": [], "scopes": []}
    accounts = {
        advertiser_id: ConsentedAccount(advertiser_id, name) for advertiser_id, name in found["accounts"]
    }
    about = found.get("about")
    outcome = ConsentOutcome(flow.outcome) if flow.outcome else None
    return FlowStatus(
        id=flow.id,
        store_name=store.name,
        store_url=store.url,
        return_url=flow.return_url,
        outcome=outcome,
        expired=flow.expires_at <= now and outcome is not ConsentOutcome.LINKED,
        account=about and accounts.get(about, ConsentedAccount(about, None)),
        accounts=tuple(accounts.values()),
        missing=_missing(found) if flow.found else (),
    )


def _missing(found: Mapping[str, Any]) -> tuple[Permission, ...]:
    """Return the permissions that a consent lacks, by its scopes and by the calls TikTok answered."""
    return missing(found["scopes"], found.get("answered", ()))
