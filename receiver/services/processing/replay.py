"""Replays deliveries by hand: each is a new attempt on its own row by the worker's own code, and audited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from receiver.errors import NotFound, Refused
from receiver.services.processing.process import Outcome, process_one
from receiver.services.staff_words import checked_words
from receiver.storage import audit, inbox
from receiver.storage.database import Database


@dataclass(frozen=True)
class Replayed:
    """What came of one: an outcome, or a sentence why it could not be tried."""

    delivery_id: int
    outcome: Outcome | None
    refused: str | None = None


def replay(database: Database, ids: Iterable[int], now: datetime, actor: str, reason: str) -> list[Replayed]:
    """Replay each id once, in the order given; one that is refused does not stop the others.

    What succeeded before changes nothing. Raises InputError and StorageUnavailable.
    """
    reason = checked_words(reason, "reason")
    return [_replay(database, one, now, actor, reason) for one in dict.fromkeys(ids)]


def would_replay(database: Database, ids: Iterable[int], now: datetime) -> list[Replayed]:
    """What `replay` would refuse, without replaying anything."""
    return [_look(database, one, now) for one in dict.fromkeys(ids)]


def _replay(database: Database, delivery_id: int, now: datetime, actor: str, reason: str) -> Replayed:
    try:
        with database.writing() as session:
            state = inbox.replayable(session, delivery_id, now).state
            detail = {"reason": reason, "state": state}
            audit.record(session, now, actor, "deliveries replay", str(delivery_id), detail)
        return Replayed(delivery_id, process_one(database, delivery_id, now, f"{actor}: {reason}"))
    except (NotFound, Refused) as error:
        return Replayed(delivery_id, None, str(error))


def _look(database: Database, delivery_id: int, now: datetime) -> Replayed:
    try:
        with database.reading() as session:
            inbox.replayable(session, delivery_id, now)
    except (NotFound, Refused) as error:
        return Replayed(delivery_id, None, str(error))
    return Replayed(delivery_id, None)
