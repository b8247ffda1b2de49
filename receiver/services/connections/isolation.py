"""Keeps a fault at one store from the work at all others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from receiver.errors import ReceiverError
from receiver.logs import get_logger

log = get_logger(__name__)


@contextmanager
def isolated(what: str, store_id: str) -> Iterator[None]:
    """Log an error in the block under the event `what`; the lease of the work makes it due again."""
    try:
        yield
    except ReceiverError as error:
        log.warning(what, store_id=store_id, error=str(error))
    except Exception:  # the edge
        log.exception(what, store_id=store_id)
