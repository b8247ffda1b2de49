"""A new token ends the old one, and each act on a store is audited."""

from __future__ import annotations

import pytest

from receiver.container import Container
from receiver.errors import NotFound
from receiver.services.stores.admit import admit_store
from receiver.services.stores.rotate_secret import rotate_secret
from receiver.services.stores.rotate_token import rotate_token
from receiver.services.stores.show import show_store
from receiver.storage.cipher import token_hash
from receiver.storage.tables import AuditEntry, Store
from tests.db_factories import rows_of
from tests.signals import add_shop


def test_a_new_token_ends_the_old_one_at_once(container: Container):
    new_store = add_shop(container)
    token = rotate_token(container, new_store.id, actor="ann")
    assert token != new_store.status_token
    assert [store.status_token_hash for store in rows_of(container, Store)] == [token_hash(token)]


def test_what_is_done_to_a_store_is_audited_and_a_store_that_is_not_there_is_not_found(container: Container):
    new_store = add_shop(container)
    rotate_secret(container, new_store.id, actor="ann")
    rotate_token(container, new_store.id, actor="ann")
    with container.database.reading() as session:
        entries = [(item.actor, item.action, item.subject) for item in session.query(AuditEntry)]
    assert entries == [
        ("test", "stores add", new_store.id),
        ("ann", "stores rotate-secret", new_store.id),
        ("ann", "stores rotate-token", new_store.id),
    ]
    for call in (
        lambda: show_store(container.database, "st_none"),
        lambda: admit_store(container, "st_none", actor="ann"),
        lambda: rotate_secret(container, "st_none", actor="ann"),
        lambda: rotate_token(container, "st_none", actor="ann"),
    ):
        with pytest.raises(NotFound, match="st_none"):
            call()
