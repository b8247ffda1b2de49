"""Messages to staff as webhooks, signed according to standardwebhooks.com."""

from __future__ import annotations

import json
from datetime import UTC
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from receiver.domain.alerts import Message
from receiver.errors import Advice, ProviderError
from receiver.integrations.http import Http

TYPE = "staff.told"


class StaffWebhook:
    """A webhook address of staff's own; `secret` as `whsec_…`."""

    def __init__(self, url: str, secret: str, http: Http | None = None) -> None:
        self._url, self._secret = url, secret
        self._http = http or Http(timeout=(5.0, 10.0), whole_seconds=15.0, max_bytes=64 * 1024)

    @property
    def words(self) -> str:
        return f"webhook to {urlsplit(self._url).hostname}"

    def send(self, message: Message) -> None:
        """Post a message. Raises ProviderError for any status but 2xx."""
        at = message.at.astimezone(UTC)  # the library takes any zone's hours for UTC's
        content = {"text": message.text, "subject": message.subject, **message.data}
        body = json.dumps({"type": TYPE, "timestamp": at.isoformat(), "data": content})
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(self._secret).sign(message.id, at, body),
        }
        response = self._http.post_bytes(self._url, headers=headers, content=body.encode())
        if not 200 <= response.status < 300:
            raise ProviderError(f"the {self.words} was answered HTTP {response.status}", advice=Advice.AGAIN)
