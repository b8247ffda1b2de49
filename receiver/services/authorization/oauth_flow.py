"""The OAuth flow of a consent: a browser goes from its ticket to TikTok and back, and the account is linked.

A browser is known by its secret, so that an answer of TikTok's that somebody else asked for links nothing.
No transaction is open while TikTok is called.
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
from receiver.domain.consent import (
    ConsentOutcome,
    FlowError,
    Permission,
    missing_permissions,
    resolve_account,
)
from receiver.errors import Advice, ProviderError, Refused
from receiver.integrations.tiktok.oauth import AuthorisedAdvertiser, Consent
from receiver.logs import get_logger
from receiver.services.authorization.answering import ReadingApi, answered_permissions
from receiver.services.authorization.consent import give_consent
from receiver.services.context import ServiceContext
from receiver.storage import audit, consents, links, spend, stores
from receiver.storage.cipher import Cipher, token_hash
from receiver.storage.database import Database
from receiver.storage.tables import ConsentFlow, Store

STEP_LASTS = timedelta(minutes=30)  # to sign in at TikTok, to choose
FAILURE_OUTCOMES = {
    Advice.REAUTHORISE: ConsentOutcome.REFUSED,
    Advice.GIVE_UP: ConsentOutcome.REFUSED,
    Advice.CONFIGURATION: ConsentOutcome.NOT_SET_UP,
}

log = get_logger(__name__)


class ConsentApi(ReadingApi, Protocol):
    """The calls to TikTok that a consent needs; each raises ProviderError."""

    def exchange_code(self, auth_code: str) -> Consent:
        """Exchange the code of a callback for a token, its scopes and the accounts it covers."""
        ...

    def authorised_advertisers(self, token: str) -> list[AuthorisedAdvertiser]:
        """Return the ad accounts that a token covers, with their names."""
        ...

    def consenting_user(self, token: str) -> str | None:
        """Return the id of the person who consented; None where TikTok does not say."""
        ...


class FlowRefused(Refused):
    """A step of the flow was refused to this browser, for the reason `why`."""

    def __init__(self, why: FlowError) -> None:
        super().__init__(f"refused: {why}")
        self.why = why


@dataclass(frozen=True)
class ConsentedAccount:
    """An ad account that a consent covers; its name is None where TikTok did not say."""

    advertiser_id: str
    name: str | None


@dataclass(frozen=True)
class FlowStatus:
    """The status of a flow, for its own browser; `outcome` is None while it is under way."""

    id: str
    store_name: str
    store_url: str
    return_url: str | None
    outcome: ConsentOutcome | None
    expired: bool
    account: ConsentedAccount | None  # the one the outcome is about
    accounts: tuple[ConsentedAccount, ...]  # to choose from
    missing: tuple[Permission, ...]


def redeem_ticket(context: ServiceContext, ticket: str, browser: str) -> str:
    """Redeem a ticket for the first browser that brings it; return the flow's id. Raises FlowRefused."""
    now = context.now()
    ticket_hash, browser_hash = token_hash(ticket), token_hash(browser)
    with context.database.writing() as session:
        consents.take_ticket(session, ticket_hash, browser_hash, now, now + STEP_LASTS)
        flow = consents.flow_of_ticket(session, ticket_hash)
    if flow is None:
        raise FlowRefused(FlowError.TICKET_UNKNOWN)
    if flow.browser_hash is None:
        raise FlowRefused(FlowError.EXPIRED)
    if not hmac.compare_digest(flow.browser_hash, browser_hash):
        raise FlowRefused(FlowError.TICKET_USED)
    return flow.id


def show_flow(context: ServiceContext, flow_id: str, browser: str) -> FlowStatus:
    """Return the flow as its page shows it. Raises FlowRefused."""
    now = context.now()
    with context.database.reading() as session:
        flow, store = _own_flow(session, flow_id, browser)
        return _status_of(flow, store, now)


def start_authorization(context: ServiceContext, flow_id: str, browser: str) -> str:
    """Return a new `state` to go to TikTok with; an earlier one of this flow becomes void.

    Raises FlowRefused.
    """
    now = context.now()
    state = secrets.token_urlsafe(32)
    with context.database.writing() as session:
        flow, _ = _own_flow(session, flow_id, browser, locked=True)
        if flow.expires_at <= now:
            raise FlowRefused(FlowError.EXPIRED)
        flow.state_hash, flow.expires_at = token_hash(state), now + STEP_LASTS
        flow.outcome = flow.found = flow.token_encrypted = None
    return state


def handle_callback(context: ServiceContext, *, state: str, auth_code: str | None, browser: str) -> str:
    """Record TikTok's answer; return the id of the flow, whose page shows the outcome.

    A state is good for one use, whoever brings it. Raises FlowRefused.
    """
    database, tiktok, now = context.database, context.tiktok, context.now()
    flow_id = _spend_state(context, state, browser)
    if auth_code is None:
        return _record_outcome(database, flow_id, ConsentOutcome.CANCELLED)
    try:
        consent = tiktok.exchange_code(auth_code)
        permissions = answered_permissions(tiktok, consent, now)
    except ProviderError as error:
        return _record_outcome(database, flow_id, FAILURE_OUTCOMES.get(error.advice, ConsentOutcome.FAULT))
    names, user = _account_names(tiktok, consent), _user_hash(tiktok, consent)
    with database.writing() as session:
        flow, store = _lock_flow(session, flow_id, consent.advertiser_ids)
        flow.found = {
            "accounts": [[item, names.get(item)] for item in consent.advertiser_ids],
            "scopes": sorted(consent.scopes),
            "answered": permissions,
            "user_hash": user,
        }
        _finish(session, context.cipher, now, flow, store, consent.access_token)
    return flow_id


def choose(context: ServiceContext, *, flow_id: str, browser: str, advertiser_id: str) -> None:
    """Link one of the accounts a consent covers, unless the store has named one since. Raises FlowRefused."""
    now, cipher = context.now(), context.cipher
    with context.database.writing() as session:
        accounts = (_own_flow(session, flow_id, browser)[0].found or {}).get("accounts", ())
        flow, store = _lock_flow(session, flow_id, [account_id for account_id, _ in accounts])
        if flow.token_encrypted is None or flow.expires_at <= now:
            raise FlowRefused(FlowError.EXPIRED)
        _finish(session, cipher, now, flow, store, cipher.decrypt(flow.token_encrypted), advertiser_id)


def _spend_state(context: ServiceContext, state: str, browser: str) -> str:
    """Redeem a state, whoever brings it; return its flow's id. Raises FlowRefused."""
    now = context.now()
    with context.database.writing() as session:
        flow = consents.flow_of_state(session, token_hash(state))
        why = _state_error(flow, now, browser)
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


def _state_error(flow: ConsentFlow | None, now: datetime, browser: str) -> FlowError | None:
    """Return why the state does not count for this browser; None where it does."""
    if flow is None:
        return FlowError.STATE_UNKNOWN
    if not _is_of_browser(flow, browser):
        return FlowError.WRONG_BROWSER
    return FlowError.EXPIRED if flow.expires_at <= now else None


def _is_of_browser(flow: ConsentFlow, browser: str) -> bool:
    return hmac.compare_digest(flow.browser_hash or "", token_hash(browser))


def _own_flow(
    session: Session, flow_id: str, browser: str, *, locked: bool = False
) -> tuple[ConsentFlow, Store]:
    """Return the flow and its store, if the flow is this browser's. Raises FlowRefused."""
    # PostgreSQL refuses a NUL in a parameter, and a URL can hold one.
    flow = consents.find_flow(session, flow_id, locked=locked) if flow_id.isprintable() else None
    if flow is None or not _is_of_browser(flow, browser):
        raise FlowRefused(FlowError.NOT_YOURS)
    return flow, stores.get_store(session, flow.store_id)


def _lock_flow(session: Session, flow_id: str, accounts: Sequence[str]) -> tuple[ConsentFlow, Store]:
    """Lock and return flow and store; the store first, in the order that a disconnect takes.

    `accounts`: those that the consent covers, locked before both, as a poll does. Raises FlowRefused where a
    disconnect was first.
    """
    spend.lock_accounts(session, accounts)
    flow = consents.find_flow(session, flow_id)
    store = stores.get_store(session, flow.store_id, locked=True) if flow else None
    flow = consents.find_flow(session, flow_id, locked=True)
    if flow is None or store is None:
        raise FlowRefused(FlowError.STORE_GONE)
    return flow, store


def _account_names(tiktok: ConsentApi, consent: Consent) -> dict[str, str | None]:
    """Return account names by id; empty where TikTok refuses, since choosing by number still works."""
    try:
        advertisers = tiktok.authorised_advertisers(consent.access_token)
    except ProviderError:
        return {}
    return {item.advertiser_id: item.name for item in advertisers}


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
    choice: str | None = None,
) -> None:
    """Resolve which account the consent is for, and link it where that is clear."""
    answer = flow.found or {}
    link = links.open_link(session, store.id)
    account_ids = [advertiser_id for advertiser_id, _ in answer["accounts"]]
    resolution = resolve_account(account_ids, _missing(answer), link.advertiser_id if link else None, choice)
    flow.outcome, flow.expires_at = resolution.outcome, now + STEP_LASTS
    flow.found = {**answer, "about": resolution.advertiser_id}
    flow.token_encrypted = cipher.encrypt(token) if resolution.outcome is ConsentOutcome.CHOOSE else None
    if resolution.outcome is ConsentOutcome.LINKED and resolution.advertiser_id is not None:
        linked = give_consent(
            session, cipher, now, store.id, resolution.advertiser_id, token, scopes=answer["scopes"]
        )
        linked.tiktok_user_hash = answer.get("user_hash")
        detail = {"advertiser_id": resolution.advertiser_id, "scopes": answer["scopes"]}
        audit.record(session, now, Agent.MERCHANT, AuditAction.TIKTOK_CONSENT_GIVEN, store.id, detail)


def _record_outcome(database: Database, flow_id: str, outcome: ConsentOutcome) -> str:
    """Record the outcome of a flow that links nothing; return the flow's id. Raises FlowRefused."""
    with database.writing() as session:
        flow = consents.find_flow(session, flow_id, locked=True)
        if flow is None:
            raise FlowRefused(FlowError.STORE_GONE)
        flow.outcome = outcome
    return flow_id


def _status_of(flow: ConsentFlow, store: Store, now: datetime) -> FlowStatus:
    """Return the status of a flow as of `now`."""
    answer = flow.found or {"accounts": [], "scopes": []}
    accounts = {
        advertiser_id: ConsentedAccount(advertiser_id, name) for advertiser_id, name in answer["accounts"]
    }
    about = answer.get("about")
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
        missing=_missing(answer) if flow.found else (),
    )


def _missing(answer: Mapping[str, Any]) -> tuple[Permission, ...]:
    """Return the permissions that a consent lacks, by its scopes and by the calls TikTok answered."""
    return missing_permissions(answer["scopes"], answer.get("answered", ()))
