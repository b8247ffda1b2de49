"""A bulkhead: whatever is no webhook holds at most a quarter of the server's threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Lock
from typing import TYPE_CHECKING

from receiver.web.early_refusals import refuse

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SHARE = 4  # one in so many of the threads
ALIVE = "/healthz"  # touches nothing and is over at once
FULL = "503 Service Unavailable"
RETRY_AFTER = (("Retry-After", "2"),)  # seconds


class Bulkhead:
    """WSGI middleware that passes requests on while places are free, and answers 503 at once beyond that."""

    def __init__(self, app: WSGIApplication, threads: int) -> None:
        """Share the places of a server that works on `threads` requests at the same time."""
        self._app = app
        self._free = max(1, threads // SHARE)
        self._lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == ALIVE:
            return self._app(environ, start_response)
        if not self._enter():
            return refuse(environ, start_response, FULL, "too many requests at once; try again", RETRY_AFTER)
        permit = _Permit(self)
        try:
            return _TrackedResponse(self._app(environ, start_response), permit)
        except BaseException:
            permit.leave()
            raise

    def _enter(self) -> bool:
        with self._lock:
            if self._free == 0:
                return False
            self._free -= 1
            return True

    def leave(self) -> None:
        """Give a place back."""
        with self._lock:
            self._free += 1


class _Permit:
    """A place of the bulkhead, given back once, however often it is left."""

    def __init__(self, bulkhead: Bulkhead) -> None:
        self._bulkhead: Bulkhead | None = bulkhead

    def leave(self) -> None:
        """Give the place back, once."""
        bulkhead, self._bulkhead = self._bulkhead, None
        if bulkhead is not None:
            bulkhead.leave()


class _TrackedResponse:
    """The app's answer; its place is free once it was read or closed, or is dropped by the server."""

    def __init__(self, answer: Iterable[bytes], place: _Permit) -> None:
        self._answer, self._pieces, self._place = answer, iter(answer), place

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self._place.leave()
            raise

    def close(self) -> None:
        """Close the answer, and give the place back."""
        try:
            if hasattr(self._answer, "close"):
                self._answer.close()
        finally:
            self._place.leave()

    def __del__(self) -> None:
        self._place.leave()
