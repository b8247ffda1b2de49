"""Sentences for the entries of a store's history, in which the store itself needs no name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from receiver.documents.audit import PHRASES, detail_lines
from receiver.documents.fact_words import fact_title, fact_value_words
from receiver.domain.audit import Agent, AuditAction, SubjectKind
from receiver.services.staff.audit import AuditRecord
from receiver.web.admin.filters import when

ACTORS: Mapping[str, str] = {
    Agent.SERVICE: "The service",
    Agent.CONNECTION: "The service",
    Agent.MERCHANT: "The merchant",
    Agent.STRANGER: "Somebody unknown",
    Agent.TIKTOK: "TikTok",
}
# Details that the phrase or the page names already; for a recorded fact also its name and value.
LEFT_OUT = ("from", "to", "advertiser id")
FACT_DETAILS = ("name", "value")


def act_words(entry: AuditRecord, store_id: str) -> str:
    """Return who did what; the store itself is called "this store"."""
    actor = ACTORS.get(entry.actor, entry.actor)
    if entry.action == AuditAction.FACTS_SET:
        name, value = entry.detail.get("name", ""), entry.detail.get("value")
        return f"{actor} recorded: {recorded_fact_words(name, value)}"
    phrase = (
        PHRASES[AuditAction(entry.action)] if entry.action in set(AuditAction) else f"{entry.action}: {{}}"
    )
    if entry.subject == store_id:
        return f"{actor} {phrase.replace('store {}', 'this store').format('it')}"
    kind = "the award" if entry.subject.startswith(f"{SubjectKind.AWARD}_") else "the review"
    return f"{actor} {phrase.replace('award {}', kind).replace('review {}', kind).format(entry.subject)}"


def recorded_fact_words(name: str, value: Any) -> str:
    """Return a recorded fact with its value; a moment is in the reader's zone."""
    words = fact_value_words(name, value)
    text = when(words).striptags() if isinstance(words, datetime) else words
    return f"{fact_title(name)}: {text}"


def note_words(entry: AuditRecord) -> str:
    """Return the details of an entry on one line, without those that its phrase names already."""
    left_out = (*LEFT_OUT, *(FACT_DETAILS if entry.action == AuditAction.FACTS_SET else ()))
    lines = detail_lines(entry.detail)
    return " · ".join(f"{name}: {value}" for name, value in lines if name not in left_out)
