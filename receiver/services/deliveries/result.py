"""The result of one attempt to process a delivery."""

from __future__ import annotations

from dataclasses import dataclass

from receiver.domain.deliveries import DeliveryReason, DeliveryState


@dataclass(frozen=True)
class ProcessingResult:
    """The final state of an attempt, the reason (in words and as an id) unless it is `processed`, and the
    stores to decide anew."""

    state: DeliveryState
    error: str | None = None
    stores: tuple[str, ...] = ()
    reason: DeliveryReason | None = None
