"""Looking at a delivery: do its bytes and its signature still verify, and who saw them raw."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from receiver.errors import NotFound, Refused
from receiver.integrations.woocommerce.signature import sign, signing_key
from receiver.services.processing.process import process_next
from receiver.services.processing.proof import Proof, Signed, Which
from receiver.services.processing.view import raw_body, redacted_body, view
from receiver.storage import hooks, inbox
from receiver.storage.tables import AuditEntry, Delivery, HookSecret
from receiver.wiring import Wiring
from tests.fakes import FrozenClock
from tests.signals import SECRET, add_shop, body_of, keep, new_delivery, signal

BODY = body_of(signal(1, plugin="1.0", email="ann@shop.example"))


@pytest.fixture
def store_id(wired: Wiring) -> str:
    return add_shop(wired).id


@pytest.fixture
def delivery_id(wired: Wiring, store_id: str) -> int:
    """Kept with its signature, as the receiving side does."""
    new = new_delivery(store_id, BODY, wired.now())
    new.headers.append(["x-wc-webhook-signature", sign(BODY, signing_key(SECRET))])
    with wired.database.writing() as session:
        return inbox.keep(session, [new])[0].id


def proofs(wired: Wiring, delivery_id: int) -> tuple[Proof, Proof]:
    viewed = view(wired.database, wired.seal, wired.now(), delivery_id)
    return viewed.body_hash, viewed.signature.proof


def change(wired: Wiring, delivery_id: int, **values: Any) -> None:
    with wired.database.writing() as session:
        for name, value in values.items():
            setattr(session.get_one(Delivery, delivery_id), name, value)


def test_what_was_kept_still_proves_itself(wired: Wiring, delivery_id: int):
    assert proofs(wired, delivery_id) == (Proof.VERIFIED, Proof.VERIFIED)


def test_bytes_that_changed_are_found_out(wired: Wiring, delivery_id: int):
    change(wired, delivery_id, body=BODY + b" ")
    assert proofs(wired, delivery_id) == (Proof.NOT_VERIFIED, Proof.NOT_VERIFIED)


def test_a_dropped_body_proves_nothing(wired: Wiring, delivery_id: int):
    change(wired, delivery_id, body=None)
    assert proofs(wired, delivery_id) == (Proof.UNKNOWN, Proof.UNKNOWN)


def test_the_secret_that_signed_it_is_told_through_a_rotation(
    wired: Wiring, store_id: str, delivery_id: int, clock: FrozenClock
):
    def signed() -> Signed:
        return view(wired.database, wired.seal, wired.now(), delivery_id).signature

    assert signed() == Signed(Proof.VERIFIED, Which.CURRENT)
    ends = wired.now() + timedelta(hours=1)
    with wired.database.writing() as session:
        hooks.end_secrets(session, store_id, ends)
        hooks.add_secret(session, store_id, wired.seal.close("another"), wired.now())
    assert signed() == Signed(Proof.VERIFIED, Which.PREVIOUS, ends)
    clock.move(hours=2)
    assert signed() == Signed(Proof.NOT_VERIFIED, Which.ENDED, ends)
    change(wired, delivery_id, body=BODY + b" ")
    assert signed() == Signed(Proof.NOT_VERIFIED)


def test_without_signature_address_or_secret_nobody_can_tell(wired: Wiring, store_id: str, delivery_id: int):
    signed = view(wired.database, wired.seal, wired.now(), delivery_id).delivery.headers
    change(wired, delivery_id, headers=[])
    assert proofs(wired, delivery_id)[1] is Proof.UNKNOWN
    change(wired, delivery_id, headers=signed, hook_id=None)
    assert proofs(wired, delivery_id)[1] is Proof.UNKNOWN
    change(wired, delivery_id, hook_id=store_id)
    assert proofs(wired, delivery_id)[1] is Proof.VERIFIED
    with wired.database.writing() as session:
        hooks.end_secrets(session, store_id, wired.now())
    assert proofs(wired, delivery_id)[1] is Proof.UNKNOWN


def test_a_secret_nobody_can_read_any_more_is_no_wrong_signature(wired: Wiring, delivery_id: int):
    with wired.database.writing() as session:
        for secret in session.scalars(select(HookSecret)):
            secret.secret_sealed = "sealed with a key that is lost"
    assert proofs(wired, delivery_id)[1] is Proof.UNKNOWN


def test_the_body_is_shown_without_people(wired: Wiring, delivery_id: int):
    shown, hidden = redacted_body(view(wired.database, wired.seal, wired.now(), delivery_id).delivery)
    assert shown["arg"]["email"] == "(hidden)"
    assert shown["arg"]["plugin"] == "1.0"
    assert hidden == ["arg.email"]


@pytest.mark.parametrize("body", [b"<html>ann</html>", b"webhook_id=1&email=ann%40x.example", b"\xff", b"["])
def test_what_is_no_json_is_not_shown_but_raw(wired: Wiring, store_id: str, body: bytes):
    (kept,) = keep(wired, store_id, body)
    with pytest.raises(Refused, match="only as raw bytes: body: not JSON") as refused:
        redacted_body(view(wired.database, wired.seal, wired.now(), kept.id).delivery)
    assert "ann" not in str(refused.value)
    assert raw_body(wired.database, wired.now(), kept.id, actor="ann") == body


def test_reading_the_bytes_is_audited(wired: Wiring, delivery_id: int):
    assert raw_body(wired.database, wired.now(), delivery_id, actor="ann") == BODY
    with wired.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "delivery read raw")).one()
    assert (entry.actor, entry.subject, entry.detail["bytes"]) == (
        "ann",
        f"delivery {delivery_id}",
        len(BODY),
    )


def test_a_dropped_body_cannot_be_looked_at_and_nothing_is_audited(wired: Wiring, store_id: str):
    (kept,) = keep(wired, store_id, b"{}", topic="order.created")
    process_next(wired.database, wired.now())
    with pytest.raises(Refused, match=f"the body of delivery {kept.id} was dropped"):
        raw_body(wired.database, wired.now(), kept.id, actor="ann")
    with pytest.raises(Refused, match=f"the body of delivery {kept.id} was dropped"):
        redacted_body(view(wired.database, wired.seal, wired.now(), kept.id).delivery)
    with pytest.raises(NotFound):
        raw_body(wired.database, wired.now(), 9_999, actor="ann")
    with wired.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="delivery read raw").count() == 0
