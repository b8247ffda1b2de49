"""The work queue: the kinds of things that need a person now."""

from __future__ import annotations

from enum import StrEnum


class TodoId(StrEnum):
    """A kind of thing that needs a person; a store's troubles have ids of their own (domain/troubles.py)."""

    WORKER_SILENT = "worker_silent"
    STAFF_NOT_TOLD = "staff_not_told"
    DELIVERIES_WAIT = "deliveries_wait"
    AWARDS_OVERDUE = "awards_overdue"
    AWARDS_DUE_SOON = "awards_due_soon"
    REVIEWS_WAITING = "reviews_waiting"
    STORES_HELD = "stores_held"
    MERCHANTS_ALIKE = "merchants_alike"
    DELIVERIES_DEAD = "deliveries_dead"
    DELIVERIES_FAILED = "deliveries_failed"
    SIGNATURES_REJECTED = "signatures_rejected"
    QUARANTINED = "quarantined"
    STORES_CLAIMED = "stores_claimed"
    MESSAGES_FROM_ELSEWHERE = "messages_from_elsewhere"
    STORES_MOVED = "stores_moved"
    STORES_OVER_BOUNDS = "stores_over_bounds"
    TOKENS_EXPIRE = "tokens_expire"
