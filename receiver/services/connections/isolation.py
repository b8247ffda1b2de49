"""Isolation of stores: an error at one does not stop the work at others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from receiver.errors import ReceiverError
from receiver.logs import get_logger

log = get_logger(__name__)


@contextmanager
def isolate_errors(event: str, store_id: str) -> Iterator[None]:
    """Log an error in the block as `event`; the lease of the work makes it due again."""
    try:
        yield
    except ReceiverError as error:
        log.warning(event, store_id=store_id, error=str(error))
    except Exception:  # the edge of a job: whatever goes wrong at a store stays there
        log.exception(event, store_id=store_id)
