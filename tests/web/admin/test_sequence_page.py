"""Staff restart the sequence of a restored store: previewed first, then done, and audited."""

from __future__ import annotations

import pytest

from receiver.domain.signals import SequenceFall, SignalOrder
from receiver.storage.signals import fall_as_dict
from receiver.storage.tables import AuditEntry, Store
from tests.db_factories import rows_of
from tests.signals import INSTALL, add_shop
from tests.staff import Console, preview_token


@pytest.fixture
def restored(container):
    store_id = add_shop(container).id
    run = SequenceFall(*[SignalOrder(INSTALL, 6, container.now())] * 2)
    with container.database.writing() as session:
        store = session.get_one(Store, store_id)
        store.sequence_fall, store.sequence_fell_at = fall_as_dict(run), container.now()
    return store_id


def restarts(container):
    return [entry for entry in rows_of(container, AuditEntry) if entry.action.endswith("restarted")]


def test_what_it_changes_is_shown_before_it_is_done(container, restored):
    console, page = Console(container), f"/admin/stores/{restored}/sequence"
    assert f'href="{page}"' in console.get(f"/admin/stores/{restored}").text
    form = {"reason": "the merchant restored a backup"}
    preview = console.post(page, do="preview", **form)
    assert ("Counts" in preview.text, "Begin the sequence anew</button>" in preview.text) == (True, True)
    assert restarts(container) == []
    assert console.post(page, do="restart", **form).status_code == 409  # without having seen it
    answer = console.post(page, do="restart", seen=preview_token(preview), **form)
    assert answer.status_code == 303
    (entry,) = restarts(container)
    assert (entry.detail["to"], entry.detail["reason"]) == (6, form["reason"])
    assert "earlier number" not in console.get(f"/admin/stores/{restored}").text


def test_a_store_whose_numbers_did_not_fall_is_refused_in_words(container):
    store_id = add_shop(container).id
    refused = Console(container).post(f"/admin/stores/{store_id}/sequence", do="preview", reason="a guess")
    assert (refused.status_code, "count from an earlier number" in refused.text) == (409, True)


def test_viewers_do_not_begin_it(container, restored):
    assert Console(container, "viewer").get(f"/admin/stores/{restored}/sequence").status_code == 403
