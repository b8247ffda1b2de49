"""Waiting stores are admitted many at once: shown first, all of them or none; on both databases."""

import pytest
from sqlalchemy import select

from receiver.container import Container
from receiver.errors import InputError, NotFound
from receiver.services.programmes.terms import terms_in_force
from receiver.services.stores.admit import MOST, admit_store, admit_stores, waiting_line
from receiver.services.stores.show import show_store
from receiver.storage.tables import AuditEntry, Store, Terms
from tests.db_factories import keep_store
from tests.factories import OPEN
from tests.fakes import FrozenClock
from tests.signals import add_shop


@pytest.fixture
def line(container, clock):
    """One merchant in, of two places; three stores wait, two of them of one merchant."""
    clock.at = OPEN
    keep_store(container, "st_in")
    for number, merchant in (("1", "m_a"), ("2", "m_a"), ("3", "m_b")):
        keep_store(container, f"st_{number}", admitted_at=None, merchant=merchant, name=f"Shop {number}")
    with container.database.writing() as session:
        row = session.scalars(select(Terms)).one()
        row.terms = {**row.terms, "capacity": 2}
    return container


def admit(container, *ids, **but):
    return admit_stores(container, ids, actor="ann", **but)


def audited(container):
    with container.database.reading() as session:
        query = select(AuditEntry.subject).where(AuditEntry.action == "stores admit")
        return sorted(session.scalars(query))


def has_place(container, store_id):
    return show_store(container.database, store_id).admitted_at is not None


def test_all_of_them_get_a_place_and_it_is_audited_for_each(line):
    admission = admit(line, "st_1", "st_3", "st_in")
    assert [store.id for store in admission.admitted] == ["st_1", "st_3"]
    assert [store.id for store in admission.before] == ["st_in"]
    assert audited(line) == ["st_1", "st_3"]
    assert show_store(line.database, "st_1").stage == "awaiting_link"  # decided anew at once
    assert admit(line, "st_1", "st_3").admitted == []
    assert audited(line) == ["st_1", "st_3"]


def test_a_dry_run_counts_merchants_and_says_what_is_beyond_the_limit(line):
    single, both, all_ = (
        admit(line, *ids, dry_run=True) for ids in (["st_1"], ["st_1", "st_2"], ["st_1", "st_2", "st_3"])
    )
    assert [(each.given_before, each.given_after) for each in (single, both, all_)] == [
        (1, 2),
        (1, 2),
        (1, 3),
    ]
    assert [each.is_beyond_capacity for each in (single, both, all_)] == [False, False, True]
    assert not any(has_place(line, f"st_{number}") for number in (1, 2, 3))
    assert audited(line) == []


@pytest.mark.parametrize("ids", [[], ["st_1", "st_none"], [f"st_{n}" for n in range(MOST + 1)]])
def test_with_one_that_is_wrong_none_is_admitted(line, ids):
    with pytest.raises((InputError, NotFound)):
        admit(line, *ids)
    assert not has_place(line, "st_1")


def test_stores_of_two_programmes_are_refused(line):
    with line.database.writing() as session:
        session.get_one(Store, "st_2").programme = "another"
    with pytest.raises(InputError, match="are of different programmes: another, woocommerce-2025"):
        admit(line, "st_1", "st_2")


def test_the_line_is_told_in_its_order_and_no_longer_than_asked(line):
    terms = terms_in_force(line)
    first_two = waiting_line(line.database, terms, 2)
    assert [store.id for store in first_two.stores] == ["st_1", "st_2"]
    assert (first_two.is_all, first_two.merchants) == (False, 1)
    assert waiting_line(line.database, terms, 3).is_all


def test_admitting_twice_keeps_the_first_time_and_is_audited_once(
    container: Container, capped: str, clock: FrozenClock
):
    for name in "ab":
        add_shop(container, f"https://{name}.example/", programme=capped)
    late = add_shop(container, "https://late.example/", programme=capped).id
    first = container.now()
    for _ in range(2):
        admit_store(container, late, actor="ann")
        clock.move(hours=1)
    assert show_store(container.database, late).admitted_at == first
    with container.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="stores admit", subject=late).count() == 1
