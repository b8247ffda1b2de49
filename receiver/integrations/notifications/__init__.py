"""Channels for messages to staff: e-mail, or a signed webhook."""

from __future__ import annotations

from typing import Protocol

from receiver.domain.alerts import Message

# How to set up a channel, shown wherever there is none.
SET_CHANNEL = "set STAFF_WEBHOOK_URL and STAFF_WEBHOOK_SECRET, or SMTP_URL, MAIL_FROM and MAIL_TO"


class Channel(Protocol):
    """The channel that an operator set up; `words` describe it without a secret."""

    @property
    def words(self) -> str: ...

    def send(self, message: Message) -> None:
        """Send a message. Raises ProviderError when it was not accepted."""
