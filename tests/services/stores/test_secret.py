"""The secret of a webhook made by hand is tried on what is held, set, and shown to nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from receiver.container import Container
from receiver.errors import InputError, NotFound
from receiver.integrations.providers import PROVIDERS
from receiver.services.inbox.receive import WebhookReceiver, WebhookRequest
from receiver.services.stores.secret import (
    FORM_VALID_FOR,
    SecretChange,
    decrypt_secret,
    encrypt_secret,
    rotate_or_set,
    set_secret,
)
from receiver.storage.tables import AuditEntry, Delivery, Quarantined, WebhookSecret
from tests.conftest import on_both_databases
from tests.fakes import FrozenClock
from tests.raw_http import signed_headers
from tests.signals import add_shop, body_of, signal

THEIRS = "what the store signs with"


@pytest.fixture
def database_kind() -> str:
    """What other tests do not send to both databases, the marked ones do."""
    return "sqlite"


@pytest.fixture
def store_id(container: Container) -> str:
    """A store that has sent two messages with its own secret, and one with yet another."""
    store_id = add_shop(container).id
    receiver = WebhookReceiver(container)
    for seq, secret in ((1, THEIRS), (2, THEIRS), (3, "another")):
        body = body_of(signal(seq))
        headers = dict(signed_headers(body, secret))
        call = WebhookRequest(
            PROVIDERS["woocommerce"], "POST", headers, lambda n, raw=body: raw[:n], store_id
        )
        assert receiver.answer(call).status == 401
    return store_id


def count(container: Container, table: Any) -> int:
    with container.database.reading() as session:
        return len(session.scalars(select(table)).all())


def change(container: Container, store_id: str, secret: str = THEIRS, **how: Any) -> SecretChange:
    return set_secret(container, store_id, webhook_secret=secret, actor="ann", **how)


def test_a_secret_is_tried_on_what_is_held_and_nothing_changes(container: Container, store_id: str):
    before = [count(container, table) for table in (WebhookSecret, Quarantined, Delivery, AuditEntry)]
    assert change(container, store_id, dry_run=True) == SecretChange(quarantined=3, accepted=2)
    assert change(container, store_id, "wrong again", dry_run=True) == SecretChange(quarantined=3, accepted=0)
    after = [count(container, table) for table in (WebhookSecret, Quarantined, Delivery, AuditEntry)]
    assert after == before


def test_what_verifies_with_it_is_accepted_and_the_rest_stays(container: Container, store_id: str):
    assert change(container, store_id) == SecretChange(quarantined=3, accepted=2)
    assert (count(container, Delivery), count(container, Quarantined)) == (2, 1)
    repeated = change(container, store_id)
    assert repeated == SecretChange(quarantined=1, accepted=0)  # it accepts nothing more


def test_a_secret_may_be_set_without_accepting_anything(container: Container, store_id: str):
    assert change(container, store_id, release=False) == SecretChange()
    assert (count(container, Delivery), count(container, Quarantined)) == (0, 3)


@on_both_databases
def test_who_set_it_is_audited_and_no_entry_holds_it(container: Container, store_id: str):
    change(container, store_id)
    with container.database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.store_id == store_id)).all()
    acts = [(entry.actor, entry.action) for entry in entries]
    assert acts[-2:] == [("ann", "stores rotate-secret"), ("ann", "quarantine taken in")]
    assert THEIRS not in "".join(str(entry.detail) for entry in entries)


def test_only_a_secret_that_is_named_can_be_tried(container: Container, store_id: str):
    how = {"actor": "ann", "overlap_hours": 24}
    for more in ({"release": True, "dry_run": False}, {"release": False, "dry_run": True}):
        with pytest.raises(InputError, match="webhook-secret"):
            rotate_or_set(container, store_id, webhook_secret=None, **how, **more)
    generated = rotate_or_set(container, store_id, webhook_secret=None, **how, release=False, dry_run=False)
    assert generated.new_secret is not None
    own = rotate_or_set(container, store_id, webhook_secret=THEIRS, **how, release=True, dry_run=False)
    assert own == SecretChange(quarantined=3, accepted=2)


@pytest.mark.parametrize("wrong", ["", "0", "x" * 5000])
def test_a_secret_that_no_shop_can_have_is_refused_without_being_repeated(
    container: Container, store_id: str, wrong: str
):
    for act in (change, encrypt_secret):
        with pytest.raises(InputError, match="webhook-secret: must be 1 to 4096") as refused:
            act(container, store_id, wrong)
        assert not wrong or wrong == "0" or wrong not in str(refused.value)


# -- Between the preview and the form that keeps it ----------------------------------------------------


def test_an_encrypted_secret_is_readable_by_nobody_and_decrypted_for_its_store_alone(
    container: Container, store_id: str
):
    encrypted = encrypt_secret(container, store_id, THEIRS)
    assert THEIRS not in encrypted
    assert decrypt_secret(container, store_id, encrypted) == THEIRS


def test_an_encrypted_secret_is_of_no_use_for_another_store_or_later(
    container: Container, store_id: str, clock: FrozenClock
):
    encrypted = encrypt_secret(container, store_id, THEIRS)
    other = add_shop(container, "https://other.example/").id
    clock.at += FORM_VALID_FOR - timedelta(seconds=1)
    assert decrypt_secret(container, store_id, encrypted) == THEIRS
    for of_store, text in (
        (other, encrypted),
        (store_id, ""),
        (store_id, "x"),
        (store_id, "gAAAA\N{SNOWMAN}"),
    ):
        with pytest.raises(InputError, match="type it once more"):
            decrypt_secret(container, of_store, text)
    clock.at += timedelta(seconds=1)
    with pytest.raises(InputError, match="type it once more"):
        decrypt_secret(container, store_id, encrypted)
    for stray in ("{}", "[]", '"text"', "[1, 2, 3]"):
        with pytest.raises(InputError, match="type it once more"):
            decrypt_secret(container, store_id, container.cipher.encrypt(stray))


def test_the_secret_of_no_store_is_not_found(container: Container):
    for act in (change, encrypt_secret):
        with pytest.raises(NotFound):
            act(container, "st_none", THEIRS)
