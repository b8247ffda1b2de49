"""A new secret leaves the old one its hours, and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from receiver.container import Container
from receiver.errors import InputError
from receiver.services.stores.rotate_secret import rotate_secret
from receiver.storage.tables import WebhookSecret
from tests.fakes import FrozenClock
from tests.signals import add_shop


def secrets_of(container: Container, store_id: str) -> list[WebhookSecret]:
    with container.database.reading() as session:
        return list(session.query(WebhookSecret).filter_by(hook_id=store_id).order_by(WebhookSecret.id))


def test_a_new_secret_leaves_the_old_one_its_hours(container: Container):
    new_store = add_shop(container)
    new = rotate_secret(container, new_store.id, actor="ann", overlap_hours=6)
    old, current = secrets_of(container, new_store.id)
    assert old.valid_until == container.now() + timedelta(hours=6)
    assert current.valid_until is None
    assert container.cipher.decrypt(current.secret_encrypted) == new != new_store.webhook_secret


def test_rotating_again_never_prolongs_the_oldest(container: Container, clock: FrozenClock):
    new_store = add_shop(container)
    for _ in range(2):
        rotate_secret(container, new_store.id, actor="ann")
        clock.move(hours=1)
    ends = [secret.valid_until for secret in secrets_of(container, new_store.id)]
    began = container.now() - timedelta(hours=2)
    assert ends == [began + timedelta(hours=24), began + timedelta(hours=25), None]


def test_without_an_overlap_the_old_secret_ends_at_once(container: Container):
    new_store = add_shop(container)
    rotate_secret(container, new_store.id, actor="ann", overlap_hours=0)
    assert secrets_of(container, new_store.id)[0].valid_until == container.now()


@pytest.mark.parametrize("hours", [-1, 24 * 30 + 1])
def test_an_overlap_has_its_limits(container: Container, hours: int):
    new_store = add_shop(container)
    with pytest.raises(InputError, match="overlap"):
        rotate_secret(container, new_store.id, actor="ann", overlap_hours=hours)
