"""Whatever changes a store leaves its kept decision true at once, by whichever door it was asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from receiver.container import Container
from receiver.services.decisions.decide import decide_store
from receiver.services.stores.admit import admit_store
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.links import add_link, remove_link
from receiver.services.stores.record_fact import record_staff_fact
from receiver.services.stores.show import show_store
from tests.db_factories import keep_all, keep_store

CHANGES: dict[str, Callable[[Container], object]] = {
    "a place": lambda c: admit_store(c, "st_waits", actor="ann"),
    "the end of a link": lambda c: remove_link(c, store_id="st_1", actor="ann"),
    "a consent": lambda c: add_link(c, store_id="st_waits", advertiser_id="79999", token="t", actor="ann"),
    "a fact": lambda c: record_staff_fact(
        c,
        store_id="st_1",
        name="safety_flag",
        value="yes",
        reason="r",
        evidence="e",
        actor="ann",
    ),
    "an end": lambda c: disconnect_store(c, "st_1", reason="closed", actor="ann"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_decided_in_the_same_act(container: Container, change: str):
    keep_all(container)
    keep_store(container, "st_waits", merchant="m_waits", admitted_at=None)
    for store_id in ("st_1", "st_waits"):
        decide_store(container, store_id)
    CHANGES[change](container)
    for store_id in ("st_1", "st_waits"):
        store = show_store(container.database, store_id)
        decided = decide_store(container, store_id)
        assert (store.stage, store.verdict) == (decided.stage, decided.verdict)
