"""An entry of the audit log as staff read it: who did what, around the subject it was done to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from receiver.documents.flags import flag_words
from receiver.domain.audit import AuditAction
from receiver.i18n.words import money_text

AMOUNT = re.compile(r"(\d+(?:\.\d+)?) ([A-Z]{3})")  # as an entry keeps it: "395.00 GBP"

# What each action means, after its actor; the subject stands where the braces are.
PHRASES: Mapping[AuditAction, str] = {
    AuditAction.AWARD_BLOCK: "blocked award {}",
    AuditAction.AWARD_CODE_SHOWN: "read the redeem code of award {}",
    AuditAction.AWARD_CORRECT: "corrected the reference of award {}",
    AuditAction.AWARD_CREDIT: "recorded that the credit of award {} arrived",
    AuditAction.AWARD_EXPIRE: "let award {} expire",
    AuditAction.AWARD_FLAGGED: "flagged award {} for staff",
    AuditAction.AWARD_ISSUE: "issued award {}",
    AuditAction.AWARD_LIFT: "lifted the block of award {}",
    AuditAction.AWARD_RECORDED: "recorded award {}",
    AuditAction.CLAIM_DISMISSED: "dismissed a claim about store {}",
    AuditAction.CONNECT_HELD: "held for staff a shop that claims to be, or to replace, {}",
    AuditAction.DELIVERIES_REPLAY: "asked for {}",
    AuditAction.DELIVERY_READ_RAW: "read the raw bytes of {}",
    AuditAction.FACTS_SET: "recorded a fact of store {}",
    AuditAction.LINKS_ADD: "linked an ad account to store {}",
    AuditAction.LINKS_REMOVE: "ended a link of store {}",
    AuditAction.NOTICES_ASKED_FOR: "asked for e-mails about store {}",
    AuditAction.NOTICES_CONFIRMED: "confirmed an address for e-mails about store {}",
    AuditAction.NOTICES_STOPPED: "stopped the e-mails about store {}",
    AuditAction.PLACE_LAPSED: "freed the place that was reserved for store {}",
    AuditAction.PLACE_GIVEN: "gave store {} a place that became free",
    AuditAction.PROBLEM_ACKNOWLEDGED: "acknowledged a problem of {}",
    AuditAction.PROGRAMME_LOAD: "made {} the programme that new stores join",
    AuditAction.QUARANTINE_RELEASED: "released the quarantine of {}",
    AuditAction.REPLAY_CANCELLED: "cancelled {}",
    AuditAction.REPLAY_DONE: "ended {}",
    AuditAction.REVIEW_ANSWERED: "answered review {}",
    AuditAction.REVIEW_ASKED: "asked for review {}",
    AuditAction.SECRETS_ROTATE: "encrypted the stored secrets anew",
    AuditAction.SECRETS_NOT_ROTATED: "could not rotate the webhook secrets at store {}",
    AuditAction.STAFF_ADD: "let {} in as staff",
    AuditAction.STAFF_PASSWORD: "set a new password for {}",
    AuditAction.STAFF_REMOVE: "let {} in no longer",
    AuditAction.STAFF_REVOKE_TOKEN: "revoked an API token of {}",
    AuditAction.STAFF_ROLE: "changed the role of {}",
    AuditAction.STAFF_SIGN_IN_REFUSED: "could not sign in as {}",
    AuditAction.STAFF_SIGN_IN: "signed in",
    AuditAction.STAFF_SIGN_OUT_EVERYWHERE: "ended all sessions of {}",
    AuditAction.STAFF_TOKEN: "made an API token for {}",
    AuditAction.STAFF_ZONE: "chose in which zone to read times",
    AuditAction.STORE_DISCREPANCY: "found sources that contradict each other for store {}",
    AuditAction.STORE_FACTS: "read changed facts of store {}",
    AuditAction.STORE_SEQUENCE_RESTARTED: "let the messages of store {} count anew from its state",
    AuditAction.STORE_TOKEN_MISSING: "found no status token in the plugin of store {}",
    AuditAction.STORE_WEBHOOK: "repaired a webhook of store {}",
    AuditAction.STORES_ADD: "added store {}",
    AuditAction.STORES_ADMIT: "admitted store {}",
    AuditAction.STORES_CONNECT: "connected store {}",
    AuditAction.STORES_DISCONNECT: "disconnected store {}",
    AuditAction.STORES_ERASE: "erased what is personal of store {}",
    AuditAction.STORES_KEEP_APART: "told store {} apart from another merchant's",
    AuditAction.STORES_MERGE: "merged another merchant into that of store {}",
    AuditAction.STORES_MOVE: "moved store {} to another address",
    AuditAction.STORES_ROTATE_SECRET: "rotated a webhook secret of store {}",
    AuditAction.STORES_ROTATE_TOKEN: "rotated the status token of store {}",
    AuditAction.TIKTOK_CONSENT_GIVEN: "gave TikTok's consent for store {}",
    AuditAction.TIKTOK_CONSENT_REFUSED: "was refused to give TikTok's consent for store {}",
    AuditAction.TIKTOK_CONSENT_WITHDRAWN: "ended TikTok's consent of store {}",
}


def phrase(action: str) -> tuple[str, str | None]:
    """Return the words before the subject and after it; None where the subject is not named again."""
    words = PHRASES[AuditAction(action)] if action in set(AuditAction) else f"{action}: {{}}"
    before, subject, after = words.partition("{}")
    return before, after if subject else None


def detail_lines(detail: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    """Return each value of an entry's detail with its name in words; empty values are left out."""
    lines = []
    for name, value in detail.items():
        label = f"{path} {name}".strip().replace("_", " ")
        if isinstance(value, Mapping):
            lines += detail_lines(value, label)
        elif value is not None and value not in ("", []):
            lines.append((label, _flags(value) if name == "flags" else _text(value)))
    return lines


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    amount = AMOUNT.fullmatch(str(value))
    return money_text(Decimal(amount[1]), amount[2]) if amount else str(value)


def _flags(value: Any) -> str:
    """Return an award's flags in words; an entry keeps several in one text or in a list."""
    ids = value.split(", ") if isinstance(value, str) else value
    return " ".join(map(flag_words, ids))
