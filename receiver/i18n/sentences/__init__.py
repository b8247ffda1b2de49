"""Every sentence a merchant may read, by message id: what it says, and what can be done next.

The ids come from the domain; parameters are written in braces and formatted in `words.py`.
"""

from __future__ import annotations

from receiver.i18n.sentences.connecting import CONNECT, CONNECT_LABELS
from receiver.i18n.sentences.consent import CONSENT, CONSENT_LABELS, PERMISSIONS
from receiver.i18n.sentences.progress import PLACES, PROGRESS, USED
from receiver.i18n.sentences.reviews import REVIEWS
from receiver.i18n.sentences.rules import RULE_NAMES, RULES
from receiver.i18n.sentences.sentence import Sentence
from receiver.i18n.sentences.stages import CONNECT_TIKTOK, HEADLINES, LINK, MEANWHILE, UNSEEN
from receiver.i18n.sentences.troubles import (
    CLOCK_TROUBLES,
    SHOP_TROUBLES,
    TROUBLES,
    WARNINGS,
    WEBHOOK_TROUBLES,
)

__all__ = [
    "CLOCK_TROUBLES",
    "CONNECT",
    "CONNECT_LABELS",
    "CONNECT_TIKTOK",
    "CONSENT",
    "CONSENT_LABELS",
    "HEADLINES",
    "LINK",
    "MEANWHILE",
    "PERMISSIONS",
    "PLACES",
    "PROGRESS",
    "REVIEWS",
    "RULES",
    "RULE_NAMES",
    "SHOP_TROUBLES",
    "TROUBLES",
    "UNSEEN",
    "USED",
    "WARNINGS",
    "WEBHOOK_TROUBLES",
    "Sentence",
]
