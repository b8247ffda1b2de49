"""Looking at a delivery: do its bytes and its signature still verify, and who saw them raw."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from receiver.container import Container
from receiver.errors import NotFound, Refused
from receiver.integrations.woocommerce.signature import sign, signing_key
from receiver.services.deliveries.detail import delivery_detail, raw_body, redacted_body
from receiver.services.deliveries.process import process_next
from receiver.services.deliveries.signature_check import SecretVersion, SignatureCheck, VerificationStatus
from receiver.storage import inbox, webhook_endpoints
from receiver.storage.tables import AuditEntry, Delivery, WebhookSecret
from tests.fakes import FrozenClock
from tests.signals import SECRET, add_shop, body_of, keep, new_delivery, signal

BODY = body_of(signal(1, plugin="1.0", email="ann@shop.example"))


@pytest.fixture
def store_id(container: Container) -> str:
    return add_shop(container).id


@pytest.fixture
def delivery_id(container: Container, store_id: str) -> int:
    """The id of a delivery stored with its signature, as when it is received."""
    new = new_delivery(store_id, BODY, container.now())
    new.headers.append(["x-wc-webhook-signature", sign(BODY, signing_key(SECRET))])
    with container.database.writing() as session:
        return inbox.keep(session, [new])[0].id


def proofs(container: Container, delivery_id: int) -> tuple[VerificationStatus, VerificationStatus]:
    detail = delivery_detail(container, delivery_id)
    return detail.body_hash, detail.signature.proof


def change(container: Container, delivery_id: int, **values: Any) -> None:
    with container.database.writing() as session:
        for name, value in values.items():
            setattr(session.get_one(Delivery, delivery_id), name, value)


def test_what_was_kept_still_proves_itself(container: Container, delivery_id: int):
    assert proofs(container, delivery_id) == (VerificationStatus.VERIFIED, VerificationStatus.VERIFIED)


def test_bytes_that_changed_are_found_out(container: Container, delivery_id: int):
    change(container, delivery_id, body=BODY + b" ")
    assert proofs(container, delivery_id) == (
        VerificationStatus.NOT_VERIFIED,
        VerificationStatus.NOT_VERIFIED,
    )


def test_a_dropped_body_proves_nothing(container: Container, delivery_id: int):
    change(container, delivery_id, body=None)
    assert proofs(container, delivery_id) == (VerificationStatus.UNKNOWN, VerificationStatus.UNKNOWN)


def test_the_secret_that_signed_it_is_told_through_a_rotation(
    container: Container, store_id: str, delivery_id: int, clock: FrozenClock
):
    def check() -> SignatureCheck:
        return delivery_detail(container, delivery_id).signature

    assert check() == SignatureCheck(VerificationStatus.VERIFIED, SecretVersion.CURRENT)
    ends = container.now() + timedelta(hours=1)
    with container.database.writing() as session:
        webhook_endpoints.end_secrets(session, store_id, ends)
        webhook_endpoints.add_secret(session, store_id, container.cipher.encrypt("another"), container.now())
    assert check() == SignatureCheck(VerificationStatus.VERIFIED, SecretVersion.PREVIOUS, ends)
    clock.move(hours=2)
    assert check() == SignatureCheck(VerificationStatus.NOT_VERIFIED, SecretVersion.ENDED, ends)
    change(container, delivery_id, body=BODY + b" ")
    assert check() == SignatureCheck(VerificationStatus.NOT_VERIFIED)


def test_without_signature_address_or_secret_nobody_can_tell(
    container: Container, store_id: str, delivery_id: int
):
    headers = delivery_detail(container, delivery_id).headers
    change(container, delivery_id, headers=[])
    assert proofs(container, delivery_id)[1] is VerificationStatus.UNKNOWN
    change(container, delivery_id, headers=headers, hook_id=None)
    assert proofs(container, delivery_id)[1] is VerificationStatus.UNKNOWN
    change(container, delivery_id, hook_id=store_id)
    assert proofs(container, delivery_id)[1] is VerificationStatus.VERIFIED
    with container.database.writing() as session:
        webhook_endpoints.end_secrets(session, store_id, container.now())
    assert proofs(container, delivery_id)[1] is VerificationStatus.UNKNOWN


def test_a_secret_nobody_can_read_any_more_is_no_wrong_signature(container: Container, delivery_id: int):
    with container.database.writing() as session:
        for secret in session.scalars(select(WebhookSecret)):
            secret.secret_encrypted = "encrypted with a key that is lost"
    assert proofs(container, delivery_id)[1] is VerificationStatus.UNKNOWN


def test_the_body_is_shown_without_people(container: Container, delivery_id: int):
    document, hidden = redacted_body(delivery_detail(container, delivery_id))
    assert document["arg"]["email"] == "(hidden)"
    assert document["arg"]["plugin"] == "1.0"
    assert hidden == ["arg.email"]


@pytest.mark.parametrize("body", [b"<html>ann</html>", b"webhook_id=1&email=ann%40x.example", b"\xff", b"["])
def test_what_is_no_json_is_not_shown_but_raw(container: Container, store_id: str, body: bytes):
    (delivery,) = keep(container, store_id, body)
    with pytest.raises(Refused, match="only as raw bytes: body: not JSON") as refused:
        redacted_body(delivery_detail(container, delivery.id))
    assert "ann" not in str(refused.value)
    assert raw_body(container, delivery.id, actor="ann") == body


def test_reading_the_bytes_is_audited(container: Container, delivery_id: int):
    assert raw_body(container, delivery_id, actor="ann") == BODY
    with container.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "delivery read raw")).one()
    assert (entry.actor, entry.subject, entry.detail["bytes"]) == (
        "ann",
        f"delivery {delivery_id}",
        len(BODY),
    )


def test_a_dropped_body_cannot_be_looked_at_and_nothing_is_audited(container: Container, store_id: str):
    (delivery,) = keep(container, store_id, b"{}", topic="order.created")
    process_next(container)
    with pytest.raises(Refused, match=f"the body of delivery {delivery.id} was dropped"):
        raw_body(container, delivery.id, actor="ann")
    with pytest.raises(Refused, match=f"the body of delivery {delivery.id} was dropped"):
        redacted_body(delivery_detail(container, delivery.id))
    with pytest.raises(NotFound):
        raw_body(container, 9_999, actor="ann")
    with container.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="delivery read raw").count() == 0
