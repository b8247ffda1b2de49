"""What can go wrong between us and a store."""

from __future__ import annotations


class BridgeError(Exception):
    """The head of the family: safe to show, never holds a secret."""


class BadSignal(BridgeError):
    """What was sent is not the signal both sides agreed on; `path` names the field."""

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.message = message
        self.path = path
