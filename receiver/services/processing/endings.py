"""How a try at a delivery went."""

from __future__ import annotations

from dataclasses import dataclass

from receiver.domain.deliveries import State


@dataclass(frozen=True)
class Ending:
    """The state it ends in, why where it is not `processed`, and the stores to decide anew."""

    state: State
    error: str | None = None
    stores: tuple[str, ...] = ()
