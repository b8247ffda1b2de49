"""How a message reaches staff: by e-mail, or by a signed webhook."""

from __future__ import annotations

from typing import Protocol

from receiver.domain.alerts import Message


class Channel(Protocol):
    """The one an operator chose; `words` say which, without a secret."""

    @property
    def words(self) -> str: ...

    def send(self, message: Message) -> None:
        """Raises ProviderError when the message was not taken."""
