"""Problems with what senders deliver: one for each cause and store, with who must act and the cure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from receiver.domain.deliveries import DeliveryReason
from receiver.domain.rejections import RejectionReason
from receiver.domain.troubles import Actor

NO_STORE = ""  # the sender is no known store
ENDS_AFTER = timedelta(days=2)  # without another rejected call
COUNTED_FOR = timedelta(days=14)  # rejected calls, as long as quarantine keeps their bodies
ACKNOWLEDGED_FOR = timedelta(days=7)  # past its end: a problem that comes back sooner is the same one
MOST_COUNTED = 10_000  # messages of one problem


class ProblemState(StrEnum):
    """The state of a problem."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"  # by somebody of staff; it ends by itself all the same
    RESOLVED = "resolved"  # the cause stopped, and nothing is left to do


class Cure(StrEnum):
    """The act that ends a problem."""

    SET_SECRET = "set_secret"  # noqa: S105 (an act): then check again what is in quarantine
    MOVE_STORE = "move_store"  # which replays what was held
    ASK_MERCHANT = "ask_merchant"
    REPLAY = "replay"  # once what is wrong was put right
    SETTINGS = "settings"  # of this service
    NONE = "none"


class ProblemCause(StrEnum):
    """The cause of a problem, the most urgent first; that of dead deliveries is their reason."""

    GAVE_UP = DeliveryReason.GAVE_UP
    WORKERS_LOST = DeliveryReason.WORKERS_LOST
    TIKTOK_SECRET_MISSING = "tiktok_secret_missing"  # noqa: S105 (a cause)
    WRONG_SECRET = "wrong_secret"  # noqa: S105 (a cause)
    ELSEWHERE = DeliveryReason.ELSEWHERE
    NEWER_VERSION = DeliveryReason.NEWER_VERSION
    UNREADABLE = DeliveryReason.UNREADABLE
    NOTICE_UNREADABLE = DeliveryReason.NOTICE_UNREADABLE
    UNKNOWN = DeliveryReason.UNKNOWN
    OLD_VERSION = DeliveryReason.OLD_VERSION
    TOO_LARGE = DeliveryReason.TOO_LARGE
    DROPPED = DeliveryReason.DROPPED
    TIKTOK_SIGNATURE = "tiktok_signature"
    STORE_LEFT = "store_left"
    UNKNOWN_ADDRESS = "unknown_address"
    MALFORMED_CALL = "malformed_call"


@dataclass(frozen=True)
class CauseTraits:
    """The traits of a cause: who must act, and the cure.

    `ends_with_news`: a later signal that was applied makes up for what was lost.
    """

    who: Actor
    cure: Cure
    ends_with_news: bool = False


CAUSES: Mapping[ProblemCause, CauseTraits] = {
    ProblemCause.GAVE_UP: CauseTraits(Actor.SERVICE, Cure.REPLAY),
    ProblemCause.WORKERS_LOST: CauseTraits(Actor.SERVICE, Cure.REPLAY),
    ProblemCause.TIKTOK_SECRET_MISSING: CauseTraits(Actor.SERVICE, Cure.SETTINGS),
    ProblemCause.WRONG_SECRET: CauseTraits(Actor.STAFF, Cure.SET_SECRET, ends_with_news=True),
    ProblemCause.ELSEWHERE: CauseTraits(Actor.STAFF, Cure.MOVE_STORE),
    ProblemCause.NEWER_VERSION: CauseTraits(Actor.SERVICE, Cure.REPLAY),
    ProblemCause.UNREADABLE: CauseTraits(Actor.STAFF, Cure.REPLAY, ends_with_news=True),
    ProblemCause.NOTICE_UNREADABLE: CauseTraits(Actor.SERVICE, Cure.REPLAY),
    ProblemCause.UNKNOWN: CauseTraits(Actor.STAFF, Cure.REPLAY, ends_with_news=True),
    ProblemCause.OLD_VERSION: CauseTraits(Actor.MERCHANT, Cure.ASK_MERCHANT, ends_with_news=True),
    ProblemCause.TOO_LARGE: CauseTraits(Actor.MERCHANT, Cure.ASK_MERCHANT, ends_with_news=True),
    ProblemCause.DROPPED: CauseTraits(Actor.NOBODY, Cure.NONE, ends_with_news=True),
    ProblemCause.TIKTOK_SIGNATURE: CauseTraits(Actor.NOBODY, Cure.SETTINGS),
    ProblemCause.STORE_LEFT: CauseTraits(Actor.NOBODY, Cure.NONE),
    ProblemCause.UNKNOWN_ADDRESS: CauseTraits(Actor.NOBODY, Cure.NONE),
    ProblemCause.MALFORMED_CALL: CauseTraits(Actor.NOBODY, Cure.NONE),
}
RANKS: Mapping[ProblemCause, int] = {cause: rank for rank, cause in enumerate(CAUSES)}
NOT_REPLAYED = frozenset({ProblemCause.TOO_LARGE, ProblemCause.DROPPED})  # their bodies are not kept
OF_CALLS: Mapping[str, ProblemCause] = {
    RejectionReason.DISCONNECTED: ProblemCause.STORE_LEFT,
    RejectionReason.UNKNOWN: ProblemCause.UNKNOWN_ADDRESS,
    RejectionReason.UNAVAILABLE: ProblemCause.TIKTOK_SECRET_MISSING,
    RejectionReason.LENGTH: ProblemCause.MALFORMED_CALL,
    RejectionReason.SIZE: ProblemCause.MALFORMED_CALL,
    RejectionReason.BODY: ProblemCause.MALFORMED_CALL,
    RejectionReason.METHOD: ProblemCause.MALFORMED_CALL,
}


def cause_of_reason(reason: str) -> ProblemCause:
    """Return the cause of a dead delivery."""
    return ProblemCause(reason) if reason in set(ProblemCause) else ProblemCause.UNKNOWN


def cause_of_rejection(reason: str, store_id: str) -> ProblemCause | None:
    """Return the cause of a rejected call; None where nothing is wrong."""
    if reason == RejectionReason.SIGNATURE:
        return ProblemCause.WRONG_SECRET if store_id else ProblemCause.TIKTOK_SIGNATURE
    return OF_CALLS.get(reason)


def is_of_deliveries(cause: ProblemCause) -> bool:
    """Return whether the messages of a cause are dead deliveries rather than rejected calls."""
    return str(cause) in {str(reason) for reason in DeliveryReason}


@dataclass(frozen=True)
class Messages:
    """The messages behind a problem, up to MOST_COUNTED; `replayable`: how many can be processed again."""

    count: int
    replayable: int
    first_at: datetime
    last_at: datetime

    def __add__(self, more: Messages) -> Messages:
        return Messages(
            self.count + more.count,
            self.replayable + more.replayable,
            min(self.first_at, more.first_at),
            max(self.last_at, more.last_at),
        )


@dataclass(frozen=True)
class SenderNews:
    """The last news of a store: when a signal was applied, and when its secret was replaced."""

    heard_at: datetime | None = None
    secret_set_at: datetime | None = None
    has_left: bool = False


def is_over(cause: ProblemCause, messages: Messages, news: SenderNews, now: datetime) -> bool:
    """Return whether a cause has stopped and nothing is left to do, though its messages still exist."""
    if not is_of_deliveries(cause) and not messages.replayable and now - messages.last_at > ENDS_AFTER:
        return True
    if news.has_left and cause is not ProblemCause.STORE_LEFT:
        return True
    if (
        cause is ProblemCause.WRONG_SECRET
        and not messages.replayable
        and _is_since(news.secret_set_at, messages)
    ):
        return True
    return CAUSES[cause].ends_with_news and _is_since(news.heard_at, messages)


def _is_since(at: datetime | None, messages: Messages) -> bool:
    return at is not None and at > messages.last_at


@dataclass(frozen=True)
class ProblemFilters:
    """Filters of problems; None does not filter."""

    state: ProblemState = ProblemState.OPEN
    store: str | None = None  # an id, or part of a name, address or id
    cause: ProblemCause | None = None
    who: Actor | None = None
