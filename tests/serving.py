"""A WSGI app on a real socket of this machine, for tests that must go over HTTP."""

from collections.abc import Callable
from threading import Event

from receiver.sandbox.serving import served

__all__ = ["HangingShop", "served"]


class HangingShop:
    """A shop that answers nobody before `released` is set; `calls` counts the requests."""

    def __init__(self) -> None:
        self.calls, self.released = 0, Event()

    def __call__(self, environ: object, start_response: Callable[..., object]) -> list[bytes]:
        self.calls += 1
        self.released.wait(60)
        start_response("503 Busy", [])
        return [b""]
