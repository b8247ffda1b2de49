"""The senders of webhooks, one row each with all that differs between them on the way into the inbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from receiver.domain.deliveries import DeliverySource
from receiver.integrations.tiktok import webhooks as tiktok
from receiver.integrations.woocommerce import events, signature
from receiver.integrations.woocommerce import webhooks as woocommerce

Headers = Mapping[str, str]  # names in lower case


@dataclass(frozen=True, eq=False)
class Provider:
    """A sender of webhooks; its addresses begin with `/webhooks/` and its name."""

    source: DeliverySource
    # Topics whose bodies are kept; other signed calls are only counted.
    topics: frozenset[str]
    headers: tuple[str, ...]  # kept with a delivery, beside those of every call
    signature_headers: tuple[str, ...]  # never shown
    signing_key: Callable[[str], bytes]
    # Takes topic, headers, raw bytes, keys, and the time, None when a stored delivery is checked again.
    verification_error: Callable[[str | None, Headers, bytes, Sequence[bytes], datetime | None], str | None]
    is_ping: Callable[[Headers, bytes], bool]
    read_event: Callable[[str, bytes], Any]  # takes topic and body; raises InputError
    # The headers that identify a call, besides the body: webhook and delivery ids.
    identity_headers: tuple[str, ...] = ()
    topic_header: str | None = None  # where an address does not name the topic
    # The setting with its one secret; None: each address of each store has secrets of its own.
    secret_setting: str | None = None
    paths: Mapping[str, str] = field(
        default_factory=dict
    )  # with one secret: the end of an address, its topic

    @property
    def is_per_store(self) -> bool:
        """Return whether stores are the senders, each with its own addresses, secrets and bounds."""
        return self.secret_setting is None


PROVIDERS: Mapping[str, Provider] = {
    DeliverySource.WOOCOMMERCE: Provider(
        source=DeliverySource.WOOCOMMERCE,
        topics=events.OURS,
        headers=woocommerce.HEADERS,
        signature_headers=(woocommerce.SIGNATURE,),
        signing_key=signature.signing_key,
        verification_error=woocommerce.verification_error,
        is_ping=woocommerce.is_ping,
        read_event=events.read_event,
        identity_headers=woocommerce.IDENTITY,
        topic_header=woocommerce.TOPIC,
    ),
    DeliverySource.TIKTOK: Provider(
        source=DeliverySource.TIKTOK,
        topics=frozenset(tiktok.WebhookScheme),
        headers=tiktok.HEADERS,
        signature_headers=tiktok.HEADERS,
        signing_key=str.encode,
        verification_error=tiktok.verification_error,
        is_ping=tiktok.is_ping,
        read_event=tiktok.read_event,
        secret_setting="TIKTOK_APP_SECRET",  # noqa: S106 (the name of a setting)
        paths=tiktok.TOPICS,
    ),
}
