"""The check of a connected store: it repairs what it can, catches up with missed news, and ends what is over.

What we know is read in one transaction, the store is asked with none open (it pings back inside the very
call that makes a webhook), and what came of it is written in another. Idempotent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain import shop_facts
from receiver.domain.audit import Agent, AuditAction
from receiver.domain.deliveries import DeliverySource
from receiver.domain.programme import COUNTRY_ALIASES
from receiver.domain.shop_facts import ShopFacts
from receiver.domain.shop_identity import ReportedIdentity
from receiver.domain.shops import canonical
from receiver.domain.store_checks import AFTER_NEWS, REFUSED, next_check, retry
from receiver.domain.store_webhooks import ExpectedWebhook, Repair, WebhookProblem
from receiver.errors import NotFound, Refused
from receiver.integrations.woocommerce.events import READ_BY_REST, SIGNAL
from receiver.services.connections.check import TOPICS, CheckFindings, CheckTask, ask_store, diagnose_trouble
from receiver.services.connections.end_connection import end_if_over
from receiver.services.connections.follow import Move, follow_move
from receiver.services.connections.identity import claim_of, note_report
from receiver.services.connections.isolation import isolate_errors
from receiver.services.connections.ports import keys_of
from receiver.services.context import ServiceContext
from receiver.services.decisions.decide import decide_each
from receiver.services.stores.credentials import new_secret, new_token
from receiver.services.stores.identifiers import new_endpoint_id
from receiver.storage import audit, connections, inbox, stores, webhook_endpoints
from receiver.storage.cipher import Cipher, token_hash
from receiver.storage.database import Database
from receiver.storage.inbox import NewDelivery
from receiver.storage.tables import Connection, Store
from wp_bridge.errors import StoreTrouble

WITHIN = 60.0  # seconds, for all the calls of one check
LEASE = timedelta(minutes=2)  # longer than a check can take
UNFIT_KEYS = (StoreTrouble.KEYS_REFUSED, StoreTrouble.KEYS_TOO_WEAK)  # no later try changes that


@dataclass(frozen=True)
class Reconciliation:
    """The result of a check; `trouble` is what stopped it, or what is wrong at the store."""

    store_id: str
    changed: Mapping[str, Any] = field(default_factory=dict)
    repaired: Sequence[Mapping[str, Any]] = ()
    caught_up: bool = False  # the plugin's state was news
    trouble: StoreTrouble | None = None
    has_ended: bool = False  # the connection, with this check


def reconcile_store(context: ServiceContext, store_id: str) -> Reconciliation:
    """Check a connected store now: repair its webhooks, and store what it reports.

    Raises NotFound without store or keys, and Refused for a store that left or is being checked.
    """
    context, now = context.for_seconds(WITHIN), context.now()
    database, shops = context.database, context.shops
    with database.writing() as session:
        _check_connected(stores.get_store(session, store_id, locked=True))
        if connections.find_connection(session, store_id) is None:
            raise NotFound(f"store {store_id} was never connected: we hold no keys of it")
        connection = connections.claim_connection(session, store_id, now, LEASE)
        if connection is None:
            raise Refused(f"store {store_id} is being checked at this moment")
        task = _task(session, context, connection, now)
    findings = ask_store(
        shops.open(task.rest_base, *task.keys.pair()), task, lambda: _new_token(database, store_id)
    )
    move = _follow_store(context, task, findings)
    if move is not None and move.is_done:
        decide_each(context, [store_id])
        return Reconciliation(store_id, {"url": [task.url, move.address]})
    diagnose_trouble(shops, task, findings)
    with database.writing() as session:
        stores.lock_addresses(session)
        result = _store_findings(session, now, task, findings)
    if end_if_over(context, store_id):
        return replace(result, has_ended=True)
    decide_each(context, [store_id])
    return result


def _follow_store(context: ServiceContext, task: CheckTask, findings: CheckFindings) -> Move | None:
    """Follow a store that was redirected or names another home; None where it stands where it was."""
    facts = findings.facts or ShopFacts()
    is_elsewhere = ReportedIdentity(task.url, facts.uuid, facts.home_url).is_elsewhere
    if not findings.redirected and not is_elsewhere:
        return None
    home = canonical(facts.home_url) if is_elsewhere else None
    move = follow_move(context, task.store_id, home=home)
    if move is not None:
        findings.evidence = move.evidence
        if findings.redirected and move.evidence.redirects:
            findings.trouble = StoreTrouble.ELSEWHERE
    return move


def due_stores(context: ServiceContext, limit: int) -> list[str]:
    """Return the ids of the stores that are due for a check, the longest due first."""
    now = context.now()
    with context.database.reading() as session:
        return connections.due_connections(session, now, limit)


def reconcile_quietly(context: ServiceContext, store_id: str) -> Reconciliation | None:
    """Check a store; None where it failed, which is logged and holds up no other store."""
    with isolate_errors("store not checked", store_id):
        return reconcile_store(context, store_id)
    return None


def endpoint_url(public_url: str, store_id: str, endpoint_id: str) -> str:
    """Return our webhook address for an endpoint of a store."""
    return f"{public_url}/webhooks/woocommerce/{store_id}/{endpoint_id}"


# -- Before the store is asked ---------------------------------------------------------------------


def _task(session: Session, context: ServiceContext, connection: Connection, now: datetime) -> CheckTask:
    """Return the task of a check; creates the endpoints and secrets that are missing."""
    ids, secrets, created = {}, {}, {}
    store = stores.get_store(session, connection.store_id)
    endpoints = {
        endpoint.topic: endpoint
        for endpoint in webhook_endpoints.created_endpoints(session, connection.store_id)
    }
    for topic in TOPICS:
        endpoint = endpoints.get(topic)
        ids[topic] = endpoint.id if endpoint else new_endpoint_id()
        if endpoint is None:
            webhook_endpoints.add_endpoint(session, ids[topic], connection.store_id, topic)
        elif endpoint.webhook_id is not None:
            created[topic] = endpoint.webhook_id
        secrets[topic] = _secret(session, context.cipher, ids[topic], now)
    return CheckTask(
        store_id=store.id,
        url=store.url,
        rest_base=connection.rest_base,
        keys=keys_of(context, connection),
        expected=tuple(
            ExpectedWebhook(topic, endpoint_url(context.settings.public_url, store.id, ids[topic]))
            for topic in TOPICS
        ),
        endpoint_ids=ids,
        secrets=secrets,
        created=created,
        has_token=connection.token_at is not None,
        # Over http everybody on the way could read it: there, staff paste one.
        may_bring_token=context.shops.keeps_secrets(connection.rest_base),
    )


def _secret(session: Session, cipher: Cipher, endpoint_id: str, now: datetime) -> str:
    """Return the secret that deliveries to an endpoint are signed with; create it where there is none."""
    newest = webhook_endpoints.newest_secret(session, endpoint_id)
    if newest is not None:
        return cipher.decrypt(newest.secret_encrypted)
    secret = new_secret()
    webhook_endpoints.add_secret(session, endpoint_id, cipher.encrypt(secret), now)
    return secret


def _new_token(database: Database, store_id: str) -> str:
    """Store and return a new status token, before the plugin has it.

    Should the plugin take it and we crash before we hear of it, the next check gives another.
    """
    token = new_token()
    with database.writing() as session:
        store = stores.get_store(session, store_id, locked=True)
        _check_connected(store)
        store.status_token_hash = token_hash(token)
    return token


def _check_connected(store: Store) -> None:
    """Raise Refused for a store that has left: nothing is made there.

    Its merchant may have ended the connection in this very moment.
    """
    if store.disconnected_at is not None:
        raise Refused(f"store {store.id} is disconnected; its merchant connects it anew")


# -- Keeping what came of it -----------------------------------------------------------------------


def _store_findings(
    session: Session, now: datetime, task: CheckTask, findings: CheckFindings
) -> Reconciliation:
    """Store the findings of a check, and plan the next one."""
    facts = findings.facts or ShopFacts()
    reported = ReportedIdentity(task.url, facts.uuid, facts.home_url)
    claim = claim_of(session, reported)
    stores.lock_stores(session, {task.store_id, *([claim.store_id] if claim else ())})  # in one order
    store = stores.get_store(session, task.store_id, locked=True)
    connection = connections.find_connection(session, task.store_id, locked=True)
    if connection is None or store.url != task.url:  # it was disconnected meanwhile, or moved
        return Reconciliation(task.store_id, trouble=findings.trouble)
    changed = {}
    if findings.facts is not None:
        note_report(session, now, store, reported, claim, findings.evidence)
        changed = _store_facts(session, now, store, connection, findings.facts)
    repaired = _store_endpoints(session, now, task, findings)
    _store_token_time(session, now, connection, findings)
    caught_up = findings.state is not None and _receive_state(session, now, task, findings.state)
    if findings.trouble != connection.trouble or repaired:
        store.decided_at = None  # to be decided anew: its troubles have changed
    _note_companion(connection, now, findings)
    _plan_next(connection, now, findings.trouble, findings.retry_after)
    if findings.rest_base is not None:
        connection.rest_base, connection.next_check_at = findings.rest_base, now + AFTER_NEWS
    return Reconciliation(task.store_id, changed, repaired, caught_up, findings.trouble)


def _store_facts(
    session: Session, now: datetime, store: Store, connection: Connection, facts: ShopFacts
) -> dict[str, Any]:
    """Merge the shop's facts into those we have; return what changed, old and new value by name."""
    reported = facts.as_json()
    changed = shop_facts.changes(connection.facts, reported)
    connection.facts, connection.facts_at = shop_facts.merge(connection.facts, reported), now
    store.facts_read_at = now if facts.country else store.facts_read_at
    if not changed:
        return changed
    country = COUNTRY_ALIASES.get(facts.country, facts.country) if facts.country else None
    store.country, store.currency = country or store.country, facts.currency or store.currency
    store.decided_at = None
    audit.record(session, now, Agent.CONNECTION, AuditAction.STORE_FACTS, store.id, {"changed": changed})
    return changed


def _store_endpoints(
    session: Session, now: datetime, task: CheckTask, findings: CheckFindings
) -> list[dict[str, Any]]:
    """Store the repairs of webhooks; return those to report.

    What stays wrong is reported once, and shown for as long as it stays.
    """
    endpoints = {
        endpoint.topic: endpoint for endpoint in webhook_endpoints.created_endpoints(session, task.store_id)
    }
    changes = []
    for repair in findings.repairs:
        topic = repair.expected.topic
        endpoint = endpoints[topic]
        is_first = endpoint.webhook_id is None
        problem = _remaining_problem(repair, findings)
        is_new = (
            not is_first and repair.trouble is not None and (problem is None or endpoint.trouble != problem)
        )
        endpoint.webhook_id, endpoint.trouble, endpoint.checked_at = findings.numbers[topic], problem, now
        if is_new or repair.delete:
            what = {"topic": topic, "trouble": repair.trouble, "made_anew": repair.creates}
            audit.record(session, now, Agent.CONNECTION, AuditAction.STORE_WEBHOOK, task.store_id, what)
            changes.append(what)
    return changes


def _remaining_problem(repair: Repair, findings: CheckFindings) -> WebhookProblem | None:
    """Return what is wrong with a webhook after its repair; None where nothing is."""
    if repair.expected.topic in findings.without_event:
        return WebhookProblem.MUTE
    return repair.trouble if repair.trouble is WebhookProblem.PAUSED else None


def _store_token_time(
    session: Session, now: datetime, connection: Connection, findings: CheckFindings
) -> None:
    if findings.token_taken:
        connection.token_at = now
    elif findings.token_missed:
        connection.token_at = None
    if findings.token_missed:
        detail = {"put_in_again": findings.token_taken}
        audit.record(
            session, now, Agent.CONNECTION, AuditAction.STORE_TOKEN_MISSING, connection.store_id, detail
        )


def _note_companion(connection: Connection, now: datetime, findings: CheckFindings) -> None:
    """Record since when our plugin is missing; a store that could not be asked says nothing of it."""
    if findings.state is not None:
        connection.companion_gone_at = None
    elif findings.trouble is StoreTrouble.NO_COMPANION:
        connection.companion_gone_at = connection.companion_gone_at or now


def _receive_state(session: Session, now: datetime, task: CheckTask, state: Mapping[str, Any]) -> bool:
    """Put the state into the inbox, as if the plugin had sent it; return whether it is new."""
    body = json.dumps({"action": SIGNAL.removeprefix("action."), "arg": state}).encode()
    digest = hashlib.sha256(body).hexdigest()
    new = NewDelivery(
        identity=hashlib.sha256(f"state {task.store_id} {digest}".encode()).hexdigest(),
        source=DeliverySource.WOOCOMMERCE,
        store_id=task.store_id,
        hook_id=task.endpoint_ids[SIGNAL],
        topic=SIGNAL,
        webhook_id=None,
        delivery_id=None,
        headers=READ_BY_REST,
        body=body,
        body_sha256=digest,
        received_at=now,
    )
    (delivery,) = inbox.keep(session, [new])
    return not delivery.duplicate


def _plan_next(
    connection: Connection, now: datetime, trouble: StoreTrouble | None, retry_after: int | None
) -> None:
    connection.trouble, connection.lease_until, connection.check_requested_at = trouble, None, None
    if trouble is None or trouble is StoreTrouble.NO_COMPANION:
        connection.checked_at, connection.failures = now, 0
        connection.next_check_at = next_check(connection.store_id, now)
        return
    connection.failures += 1
    later = now + REFUSED if trouble in UNFIT_KEYS else retry(connection.store_id, now, connection.failures)
    connection.next_check_at = max(later, now + timedelta(seconds=retry_after or 0))
