"""The table of senders: what each row promises to the code that knows none of them by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from receiver.domain.deliveries import DeliverySource
from receiver.domain.platforms import ShopPlatform
from receiver.errors import InputError
from receiver.integrations.providers import PROVIDERS, Provider
from receiver.integrations.tiktok.webhooks import WebhookScheme
from receiver.integrations.woocommerce.events import SIGNAL
from receiver.integrations.woocommerce.signature import sign
from receiver.services.inbox.rejection_log import HIDDEN
from receiver.services.inbox.verify import KEPT_HEADERS
from tests.tiktok_signatures import sign_open, sign_timed

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
BODY = b'{"some": "thing"}'
SIGNED = {
    (DeliverySource.WOOCOMMERCE, SIGNAL): {"x-wc-webhook-signature": sign(BODY, b"a-secret")},
    (DeliverySource.TIKTOK, WebhookScheme.ACCOUNTS): {"tiktok-signature": sign_timed("a-secret", BODY, NOW)},
    (DeliverySource.TIKTOK, WebhookScheme.ADS): {"x-open-signature": sign_open("a-secret", BODY)},
}


def problem(
    provider: Provider, topic: str, headers: Mapping[str, str], raw: bytes, secret: str
) -> str | None:
    return provider.verification_error(topic, headers, raw, [provider.signing_key(secret)], NOW)


def test_each_source_and_each_shop_platform_has_a_row_of_its_own_name():
    assert {row.source for row in PROVIDERS.values()} == set(DeliverySource) == set(PROVIDERS)
    assert {row.source.value for row in PROVIDERS.values() if row.is_per_store} == set(ShopPlatform)


@pytest.mark.parametrize(("source", "topic"), SIGNED)
def test_a_call_is_its_senders_only_with_the_right_signature_over_these_very_bytes(source, topic):
    row, headers = PROVIDERS[source], SIGNED[source, topic]
    assert problem(row, topic, headers, BODY, "a-secret") is None
    assert problem(row, topic, headers, BODY + b" ", "a-secret") == "wrong signature"
    assert problem(row, topic, headers, BODY, "another") == "wrong signature"
    assert problem(row, topic, {}, BODY, "a-secret") == "no signature"


@pytest.mark.parametrize("row", PROVIDERS.values(), ids=lambda row: row.source)
def test_what_verifies_a_call_again_is_kept_and_no_signature_is_shown(row):
    headers = {*row.signature_headers, *row.identity_headers, *filter(None, [row.topic_header])}
    assert headers <= set(KEPT_HEADERS)
    assert set(row.signature_headers) <= HIDDEN


@pytest.mark.parametrize("row", PROVIDERS.values(), ids=lambda row: row.source)
@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff"])
def test_a_body_that_cannot_be_read_is_told_by_its_path(row, raw):
    for topic in row.topics:
        with pytest.raises(InputError):
            row.read_event(topic, raw)


@pytest.mark.parametrize("row", PROVIDERS.values(), ids=lambda row: row.source)
def test_stores_have_secrets_of_their_own_and_others_a_setting_and_addresses(row):
    assert row.is_per_store is not bool(row.paths)
    assert set(row.paths.values()) <= row.topics
