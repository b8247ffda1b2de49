"""Records facts about a store that only staff know, with reason and evidence; the newest of a name holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from receiver.domain.audit import AuditAction
from receiver.domain.calendar import YEARS
from receiver.domain.facts import Outcome, Payment
from receiver.domain.rules import NOT_OVERRIDABLE, RULES
from receiver.domain.staff_facts import StaffFactName, override_name
from receiver.errors import InputError, Refused
from receiver.services.context import ServiceContext
from receiver.services.decisions.decide import decide_each
from receiver.services.programmes.places import fill_places
from receiver.storage import audit, links, recorded_facts, stores, tables


@dataclass(frozen=True)
class StaffFact:
    """A validated fact that staff record about a store."""

    name: str
    value: Any
    reason: str
    evidence: str

    @property
    def plain_value(self) -> Any:
        """Return the value as JSON can hold it."""
        if isinstance(self.value, datetime):
            return self.value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return self.value


def validate_fact(name: str, value: str, now: datetime, *, reason: str, evidence: str) -> StaffFact:
    """Return a fact as staff entered it, validated.

    Raises InputError, and Refused for a rule that cannot be overridden.
    """
    if not reason.strip() or not evidence.strip():
        raise InputError("must say something", path="evidence" if reason.strip() else "reason")
    if name not in set(StaffFactName):
        raise InputError(f"must be one of {', '.join(StaffFactName)}", path="name")
    if name == StaffFactName.OVERRIDE:
        return StaffFact(*_override(value), reason, evidence)
    return StaffFact(name, _PARSERS.get(name, _yes_or_no)(value, now), reason, evidence)


def record_staff_fact(
    context: ServiceContext,
    *,
    store_id: str,
    name: str,
    value: str,
    reason: str,
    evidence: str,
    actor: str,
) -> dict[str, Any]:
    """Record one fact and return it. Idempotent. Raises InputError, NotFound and Refused."""
    now = context.now()
    fact = validate_fact(name, value, now, reason=reason, evidence=evidence)
    with context.database.writing() as session:
        store = stores.get_store(session, store_id, locked=True)
        values = keep_fact(session, now, store, fact, actor)
    # two merchants that became one leave a place free
    placed = fill_places(context, store.programme) if fact.name == StaffFactName.MERCHANT else []
    decide_each(context, [store_id, *placed])
    return {"store": store_id, **values}


def keep_fact(
    session: Session, now: datetime, store: tables.Store, fact: StaffFact, actor: str
) -> dict[str, Any]:
    """Record a validated fact in the caller's transaction, and return it. Idempotent. Raises Refused."""
    _apply(session, store, fact.name, fact.value)
    changed = any(map(session.is_modified, session.dirty))
    values = {"name": fact.name, "value": fact.plain_value, "reason": fact.reason, "evidence": fact.evidence}
    if not changed and _is_recorded(session, store.id, values, actor):
        return values
    recorded_facts.record_fact(session, store_id=store.id, by=actor, at=now, **values)
    audit.record(session, now, actor, AuditAction.FACTS_SET, store.id, values)
    return values


def _is_recorded(session: Session, store_id: str, values: Mapping[str, Any], actor: str) -> bool:
    """Return whether the newest record of this name is the same, by the same person (a second click)."""
    newest = recorded_facts.recorded_facts(session, store_id).get(values["name"])
    expected = {**values, "by": actor}
    return newest is not None and all(getattr(newest, name) == value for name, value in expected.items())


def _apply(session: Session, store: tables.Store, name: str, value: Any) -> None:
    """Set the facts that are columns of the store or its link; the others are read from the records."""
    if name == StaffFactName.MERCHANT:
        store.merchant = value
    elif name == StaffFactName.SET_UP_AT:
        store.set_up_at, store.set_up_claimed_at, store.set_up_news = value, None, None
        store.installed_at = store.installed_at or value
    elif name == StaffFactName.LINKED_AT:
        link = links.open_link(session, store.id)
        if link is None:
            raise Refused(f"store {store.id} has no link whose date could be set")
        link.linked_at, link.claimed_at, link.exact, link.linked_news = value, None, True, None


def _payment(value: str, _now: datetime) -> str:
    if value not in set(Payment):
        raise InputError(f"must be one of {', '.join(Payment)}", path="payment")
    return value


def _yes_or_no(value: str, _now: datetime) -> bool | None:
    words = {"yes": True, "true": True, "no": False, "false": False, "unknown": None}
    if value.lower() not in words:
        raise InputError("must be yes, no or unknown", path="value")
    return words[value.lower()]


def _past_time(value: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise InputError("must be a time such as 2025-11-20T12:00:00Z", path="value") from error
    if moment.year not in YEARS:
        raise InputError("must be a time such as 2025-11-20T12:00:00Z", path="value")
    if moment.tzinfo is None:
        raise InputError("must have an offset, as in 2025-11-20T12:00:00Z", path="value")
    if moment > now:
        raise InputError("lies in the future", path="value")
    return moment.astimezone(UTC)


def _merchant(value: str, _now: datetime) -> str:
    if not value.strip() or len(value) > 100 or not value.isprintable():
        raise InputError("must be an id of at most 100 characters", path="merchant")
    return value.strip()


_PARSERS: Mapping[str, Callable[[str, datetime], Any]] = {
    StaffFactName.PAYMENT: _payment,
    StaffFactName.MERCHANT: _merchant,
    StaffFactName.LINKED_AT: _past_time,
    StaffFactName.SET_UP_AT: _past_time,
}


def _override(value: str) -> tuple[str, str | None]:
    """Parse `RULE=pass`, `RULE=fail`, or `RULE=none`, which removes an override."""
    rule, _, outcome = value.partition("=")
    if rule not in RULES:
        raise InputError(f"{rule!r} is no rule; write RULE=pass, RULE=fail or RULE=none", path="override")
    if rule in NOT_OVERRIDABLE:
        raise Refused(f"{rule} cannot be overridden; record the fact it rests on instead")
    if outcome not in (Outcome.PASS, Outcome.FAIL, "none"):
        raise InputError("must end in =pass, =fail or =none", path="override")
    return override_name(rule), None if outcome == "none" else outcome
