"""The actions of the audit log, its actors that are not staff, and the filters of its entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SubjectKind(StrEnum):
    """The kind of an entry's subject: the prefix of its id, or `delivery <number>`."""

    STORE = "st"
    AWARD = "aw"
    REVIEW = "rv"
    DELIVERY = "delivery"


class AuditAction(StrEnum):
    """An action as it is stored; documents/audit.py has its words."""

    AWARD_BLOCK = "award block"
    AWARD_CODE_SHOWN = "award code shown"
    AWARD_CORRECT = "award correct"
    AWARD_CREDIT = "award credit"
    AWARD_EXPIRE = "award expire"
    AWARD_FLAGGED = "award flagged"
    AWARD_ISSUE = "award issue"
    AWARD_LIFT = "award lift"
    AWARD_RECORDED = "award recorded"
    CLAIM_DISMISSED = "claim dismissed"
    CONNECT_HELD = "connect held"
    DELIVERIES_REPLAY = "deliveries replay"
    DELIVERY_READ_RAW = "delivery read raw"
    FACTS_SET = "facts set"
    LINKS_ADD = "links add"
    LINKS_REMOVE = "links remove"
    NOTICES_ASKED_FOR = "notices asked for"
    NOTICES_CONFIRMED = "notices confirmed"
    NOTICES_STOPPED = "notices stopped"
    PLACE_GIVEN = "place given"
    PLACE_LAPSED = "place lapsed"
    PROBLEM_ACKNOWLEDGED = "problem acknowledged"
    PROGRAMME_LOAD = "programme load"
    QUARANTINE_RELEASED = "quarantine taken in"
    REPLAY_CANCELLED = "replay cancelled"
    REPLAY_DONE = "replay done"
    REVIEW_ANSWERED = "review answered"
    REVIEW_ASKED = "review asked"
    SECRETS_NOT_ROTATED = "secrets not rotated"
    SECRETS_ROTATE = "secrets rotate"
    STAFF_ADD = "staff add"
    STAFF_PASSWORD = "staff password"  # noqa: S105 (the name of an act)
    STAFF_REMOVE = "staff remove"
    STAFF_REVOKE_TOKEN = "staff revoke-token"  # noqa: S105 (the name of an act)
    STAFF_ROLE = "staff role"
    STAFF_SIGN_IN = "staff sign-in"
    STAFF_SIGN_IN_REFUSED = "staff sign-in refused"
    STAFF_SIGN_OUT_EVERYWHERE = "staff sign-out everywhere"
    STAFF_TOKEN = "staff token"  # noqa: S105 (the name of an act)
    STAFF_ZONE = "staff zone"
    STORE_DISCREPANCY = "store doubted"
    STORE_FACTS = "store facts"
    STORE_SEQUENCE_RESTARTED = "store sequence restarted"
    STORE_TOKEN_MISSING = "store token missing"  # noqa: S105 (the name of an act)
    STORE_WEBHOOK = "store webhook"
    STORES_ADD = "stores add"
    STORES_ADMIT = "stores admit"
    STORES_CONNECT = "stores connect"
    STORES_DISCONNECT = "stores disconnect"
    STORES_ERASE = "stores erase"
    STORES_KEEP_APART = "stores keep-apart"
    STORES_MERGE = "stores merge"
    STORES_MOVE = "stores move"
    STORES_ROTATE_SECRET = "stores rotate-secret"  # noqa: S105 (the name of an act)
    STORES_ROTATE_TOKEN = "stores rotate-token"  # noqa: S105 (the name of an act)
    TIKTOK_CONSENT_GIVEN = "tiktok consent given"
    TIKTOK_CONSENT_REFUSED = "tiktok consent refused"
    TIKTOK_CONSENT_WITHDRAWN = "tiktok consent withdrawn"


class Agent(StrEnum):
    """An actor that is no member of staff."""

    SERVICE = "service"  # this service, on facts it read or a date that passed
    CONNECTION = "bridge"  # this service, on what a connected store's REST API answered
    MERCHANT = "merchant"  # the holder of a store's status token, or of its consent's browser
    STRANGER = "stranger"  # an unknown party
    TIKTOK = "tiktok"


# What matters in a store's history, whoever did it; all that staff do matters as well.
NOTABLE = frozenset(
    {
        AuditAction.AWARD_CREDIT,
        AuditAction.AWARD_EXPIRE,
        AuditAction.AWARD_FLAGGED,
        AuditAction.AWARD_RECORDED,
        AuditAction.CONNECT_HELD,
        AuditAction.PLACE_GIVEN,
        AuditAction.PLACE_LAPSED,
        AuditAction.REVIEW_ASKED,
        AuditAction.STORES_CONNECT,
        AuditAction.STORES_DISCONNECT,
        AuditAction.TIKTOK_CONSENT_GIVEN,
        AuditAction.TIKTOK_CONSENT_WITHDRAWN,
    }
)


@dataclass(frozen=True)
class AuditFilters:
    """Filters of audit entries; None does not filter."""

    actor: str | None = None
    action: AuditAction | None = None
    store: str | None = None  # an id, or part of a name, address or id, of which `stores` are the ids
    since: datetime | None = None
    until: datetime | None = None  # the moment itself not included
    text: str | None = None  # part of an action, subject or detail
    stores: tuple[str, ...] | None = None
