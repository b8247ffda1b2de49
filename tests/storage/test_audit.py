"""The audit log is looked through newest first, by what it is about, and never all of it at once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from receiver.container import Container
from receiver.domain.audit import AuditFilters
from receiver.errors import InputError
from receiver.services.staff import audit as service
from receiver.storage import audit
from receiver.storage.tables import AuditEntry
from tests.award_fixtures import keep_awards
from tests.db_factories import keep_store
from tests.signals import add_shop


def keep(container: Container, subject: str = "x", action: str = "stores add", **more: Any) -> None:
    by, detail = more.pop("actor", "ann"), more.pop("detail", {})
    with container.database.writing() as session:
        audit.record(session, more.pop("at", container.now()), by, action, subject, detail)


def search(
    container: Container, after: int | None = None, limit: int = 50, **filters: Any
) -> tuple[list[str], Any]:
    cursor = None if after is None else str(after)
    page = service.search_audit(container.database, AuditFilters(**filters), after=cursor, limit=limit)
    return [entry.subject for entry in page.rows], page.next


def all_pages(container: Container, limit: int, **filters: Any) -> list[list[str]]:
    subjects, after = search(container, limit=limit, **filters)
    pages = [subjects]
    while after is not None:
        subjects, after = search(container, after, limit, **filters)
        pages.append(subjects)
    return pages


def test_pages_follow_one_another_newest_first_and_leave_nothing_out(container: Container) -> None:
    for number in range(7):
        keep(container, f"s{number}", at=container.now() + timedelta(hours=number // 3))  # some at one moment
    assert all_pages(container, 3) == [["s6", "s5", "s4"], ["s3", "s2", "s1"], ["s0"]]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"actor": "bob"}, ["b"]),
        ({"action": "award issue"}, ["c"]),
        ({"actor": "ann", "action": "award issue"}, ["c"]),
        ({"actor": "bob", "action": "award issue"}, []),
        ({"text": "inv-7"}, ["c"]),
        ({"text": "issue"}, ["c"]),
        ({"text": "%"}, ["d"]),
        ({"text": "100%", "actor": "bob"}, []),
    ],
)
def test_filters_select_entries(container: Container, filters: dict[str, Any], expected: list[str]) -> None:
    keep(container, "a")
    keep(container, "b", actor="bob")
    keep(container, "c", action="award issue", detail={"reference": "INV-7"})
    keep(container, "d", detail={"reason": "100% sure"})
    assert search(container, **filters) == (expected, None)


def test_times_bound_on_both_sides_and_the_end_is_not_included(container: Container) -> None:
    now = container.now()
    for number in range(4):
        keep(container, f"s{number}", at=now + timedelta(days=number))
    bounds = {"since": now + timedelta(days=1), "until": now + timedelta(days=3)}
    assert search(container, **bounds)[0] == ["s2", "s1"]
    assert search(container, limit=1, **bounds)[0] == ["s2"]


def test_a_store_is_found_by_its_awards_and_deliveries_too(container: Container) -> None:
    keep_awards(container, 2)
    keep_store(container, "st_9")
    keep(container, "st_0")
    keep(container, "aw_0", "award issue")
    keep(container, "aw_1", "award issue")
    keep(container, "delivery 4", "delivery read raw")  # purged meanwhile
    keep(container, "st_9")
    assert search(container, store="st_0")[0] == ["aw_0", "st_0"]


def test_several_stores_are_searched_as_one_in_the_order_of_the_pages(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    hours = [container.now() + timedelta(hours=number) for number in range(9)]
    for store_id in ("st_1", "st_2", "st_3"):
        keep_store(container, store_id)
    for number, at in enumerate(hours):
        keep(container, f"st_{number % 3 + 1}", detail={"n": f"n{number}"}, at=at)
    both = {"stores": ("st_1", "st_3")}
    expected = ["st_3", "st_1", "st_3", "st_1", "st_3", "st_1"]
    assert search(container, **both)[0] == expected
    monkeypatch.setattr(audit, "OF_EACH", 2)  # of each store in one look
    assert [subject for page in all_pages(container, 4, **both) for subject in page] == expected
    assert all_pages(container, 4, text="n3", **both) == [[], ["st_1"], []]
    assert search(container, **both, since=hours[2], until=hours[4])[0] == ["st_1", "st_3"]


def test_one_look_goes_through_so_many_and_says_where_to_go_on(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SCANNED_ROWS", 3)
    for number in range(7):
        keep(container, f"s{number}", actor="bob" if number in (0, 5) else "ann", detail={"n": f"n{number}"})
    assert all_pages(container, 5, text="n0") == [[], [], ["s0"]]
    assert all_pages(container, 5, text="n5") == [["s5"], [], []]
    assert all_pages(container, 5, actor="bob", text="n0") == [["s0"]]  # an index leads to bob's


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "4711", "²"])
def test_a_page_after_nothing_is_refused(container: Container, after: str) -> None:
    with pytest.raises(InputError, match="after"):
        service.search_audit(container.database, AuditFilters(), after=after, limit=1)


def test_a_filter_no_database_can_take_is_refused(container: Container) -> None:
    for text in ("a\0b", "x" * 201):
        with pytest.raises(InputError, match="text"):
            search(container, text=text)


def test_the_detail_is_kept_as_it_was_told(container: Container) -> None:
    keep(container, detail={"reason": "schön", "rows": {"a": 1}})
    with container.database.reading() as session:
        assert session.scalars(select(AuditEntry)).one().detail == {"reason": "schön", "rows": {"a": 1}}


def test_an_audit_detail_is_cut_at_4_kib_and_says_so(container: Container):
    detail = {
        "changed": {"name": ["x" * 100_000, "y"]},
        "why": "told",
        **{f"n{n}": "z" * 90 for n in range(99)},
    }
    with container.database.writing() as session:
        audit.record(session, container.now(), "ann", "facts set", "elsewhere", detail)
    with container.database.reading() as session:
        (entry,) = session.scalars(select(AuditEntry))
    assert len(json.dumps(entry.detail)) <= audit.LARGEST_DETAIL
    assert entry.detail["cut"].startswith("from 1")
    assert entry.detail["why"] == "told"
    assert audit.shorten_detail({"small": 1}) == {"small": 1}


def test_what_a_store_brings_about_is_audited_so_often_a_day_and_the_last_entry_says_so(
    container: Container, clock
):
    store_id = add_shop(container).id

    def write(actor: str, count: int) -> list[AuditEntry]:
        with container.database.writing() as session:
            for _ in range(count):
                audit.record(session, container.now(), actor, "store facts", store_id, {"changed": 1})
                session.flush()
        with container.database.reading() as session:
            return list(session.scalars(select(AuditEntry).where(AuditEntry.actor == actor)))

    entries = write("bridge", audit.BY_STORE_A_DAY + 20)
    assert len(entries) == audit.BY_STORE_A_DAY
    assert "bound" in entries[-1].detail
    assert "bound" not in entries[-2].detail
    assert len(write("ann", audit.BY_STORE_A_DAY + 20)) == audit.BY_STORE_A_DAY + 20
    clock.move(days=1)
    assert len(write("bridge", 1)) == audit.BY_STORE_A_DAY + 1
