"""The tables, without behaviour; secrets and tokens are held encrypted (…_encrypted) or hashed (…_hash).

Whoever imports a table imports this package first, and with it all of them: Base.metadata is complete.
"""

from __future__ import annotations

from receiver.storage.tables.accounts import Account, PaymentRow, PollRow, SpendDay, Subscription
from receiver.storage.tables.audit import AuditEntry
from receiver.storage.tables.awards import Award, HashKey
from receiver.storage.tables.base import Base
from receiver.storage.tables.calls import CallBudget, CallCount, CallPause
from receiver.storage.tables.connections import (
    AddressClaim,
    Connection,
    ConnectionAttempt,
    WebhookEndpoint,
    WebhookSecret,
)
from receiver.storage.tables.decisions import DecisionRow, RecordedFact, Review
from receiver.storage.tables.deliveries import Attempt, Delivery, Replay, Signal
from receiver.storage.tables.links import ConsentFlow, Link
from receiver.storage.tables.operations import AlertRow, Heartbeat, HourlyCount
from receiver.storage.tables.problems import Problem
from receiver.storage.tables.programmes import ProgrammeChoice, ProgrammeCounts, Terms
from receiver.storage.tables.rejections import Quarantined, Rejection, RejectionSample
from receiver.storage.tables.staff import SignInTries, Staff, StaffSession, StaffToken
from receiver.storage.tables.stores import (
    MerchantAnswer,
    NoticeAddress,
    Store,
    StoreDay,
    StoreMark,
    StoreNotice,
    StoreTroubleRow,
)

__all__ = [
    "Account",
    "AddressClaim",
    "AlertRow",
    "Attempt",
    "AuditEntry",
    "Award",
    "Base",
    "CallBudget",
    "CallCount",
    "CallPause",
    "Connection",
    "ConnectionAttempt",
    "ConsentFlow",
    "DecisionRow",
    "Delivery",
    "HashKey",
    "Heartbeat",
    "HourlyCount",
    "Link",
    "MerchantAnswer",
    "NoticeAddress",
    "PaymentRow",
    "PollRow",
    "Problem",
    "ProgrammeChoice",
    "ProgrammeCounts",
    "Quarantined",
    "RecordedFact",
    "Rejection",
    "RejectionSample",
    "Replay",
    "Review",
    "SignInTries",
    "Signal",
    "SpendDay",
    "Staff",
    "StaffSession",
    "StaffToken",
    "Store",
    "StoreDay",
    "StoreMark",
    "StoreNotice",
    "StoreTroubleRow",
    "Subscription",
    "Terms",
    "WebhookEndpoint",
    "WebhookSecret",
]
