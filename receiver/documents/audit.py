"""An entry of the audit log as staff read it: who did what, around the subject it was done to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What each action means, after its actor; the subject stands where the braces are.
PHRASES: Mapping[str, str] = {
    "award block": "blocked award {}",
    "award code shown": "read the redeem code of award {}",
    "award correct": "corrected the reference of award {}",
    "award credit": "recorded that the credit of award {} arrived",
    "award expire": "let award {} expire",
    "award flagged": "flagged award {} for staff",
    "award issue": "issued award {}",
    "award lift": "lifted the block of award {}",
    "award recorded": "recorded award {}",
    "claim dismissed": "dismissed a claim about store {}",
    "connect held": "held for staff a shop that claims to be, or to replace, {}",
    "deliveries replay": "asked for {}",
    "delivery read raw": "read the raw bytes of {}",
    "facts set": "recorded a fact of store {}",
    "links add": "linked an ad account to store {}",
    "links remove": "ended a link of store {}",
    "notices asked for": "asked for e-mails about store {}",
    "notices confirmed": "confirmed an address for e-mails about store {}",
    "notices stopped": "stopped the e-mails about store {}",
    "place lapsed": "freed the place that was reserved for store {}",
    "place given": "gave store {} a place that became free",
    "quarantine taken in": "took in what was quarantined of {}",
    "replay cancelled": "cancelled {}",
    "replay done": "ended {}",
    "review answered": "answered review {}",
    "review asked": "asked for review {}",
    "secrets rotate": "encrypted the stored secrets anew",
    "secrets not rotated": "could not rotate the webhook secrets at store {}",
    "staff add": "let {} in as staff",
    "staff password": "set a new password for {}",
    "staff remove": "let {} in no longer",
    "staff revoke-token": "revoked an API token of {}",
    "staff sign-in refused": "could not sign in as {}",
    "staff sign-in": "signed in",
    "staff sign-out everywhere": "ended all sessions of {}",
    "staff token": "made an API token for {}",
    "staff zone": "chose in which zone to read times",
    "store doubted": "found sources that contradict each other for store {}",
    "store facts": "read changed facts of store {}",
    "store sequence restarted": "let the messages of store {} count anew from its state",
    "store token missing": "found no status token in the plugin of store {}",
    "store webhook": "repaired a webhook of store {}",
    "stores add": "added store {}",
    "stores admit": "admitted store {}",
    "stores connect": "connected store {}",
    "stores disconnect": "disconnected store {}",
    "stores erase": "erased what is personal of store {}",
    "stores keep-apart": "told store {} apart from another merchant's",
    "stores merge": "merged another merchant into that of store {}",
    "stores move": "moved store {} to another address",
    "stores rotate-secret": "rotated a webhook secret of store {}",
    "stores rotate-token": "rotated the status token of store {}",
    "tiktok consent given": "gave TikTok's consent for store {}",
    "tiktok consent refused": "was refused to give TikTok's consent for store {}",
    "tiktok consent withdrawn": "ended TikTok's consent of store {}",
}


def phrase(action: str) -> tuple[str, str | None]:
    """Return the words before the subject and after it; None where the subject is not named again."""
    before, subject, after = PHRASES.get(action, f"{action}: {{}}").partition("{}")
    return before, after if subject else None


def detail_lines(detail: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    """Each value on a line of its own, under its name in words; what is empty is left out."""
    lines = []
    for name, value in detail.items():
        named = f"{path} {name}".strip().replace("_", " ")
        if isinstance(value, Mapping):
            lines += detail_lines(value, named)
        elif value is not None and value not in ("", []):
            lines.append((named, _text(value)))
    return lines


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(_text, value)) if isinstance(value, list) else str(value)
