"""The audit log is looked through newest first, by what it is about, and never all of it at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from receiver.errors import InputError
from receiver.services.staff import audit as service
from receiver.storage import audit
from receiver.storage.audit import AuditFilters
from receiver.storage.tables import AuditEntry
from receiver.wiring import Wiring
from tests.desk import keep_awards
from tests.rows import keep_store


def keep(wired: Wiring, subject: str = "x", action: str = "stores add", **more: Any) -> None:
    by, detail = more.pop("actor", "ann"), more.pop("detail", {})
    with wired.database.writing() as session:
        audit.record(session, more.pop("at", wired.now()), by, action, subject, detail)


def looked(wired: Wiring, after: int | None = None, limit: int = 50, **filters: Any) -> tuple[list[str], Any]:
    cursor = None if after is None else str(after)
    found = service.look_through(wired.database, AuditFilters(**filters), after=cursor, limit=limit)
    return [entry.subject for entry in found.entries], found.next


def all_pages(wired: Wiring, limit: int, **filters: Any) -> list[list[str]]:
    subjects, after = looked(wired, limit=limit, **filters)
    pages = [subjects]
    while after is not None:
        subjects, after = looked(wired, after, limit, **filters)
        pages.append(subjects)
    return pages


def test_pages_follow_one_another_newest_first_and_leave_nothing_out(wired: Wiring) -> None:
    for number in range(7):
        keep(wired, f"s{number}", at=wired.now() + timedelta(hours=number // 3))  # some at one moment
    assert all_pages(wired, 3) == [["s6", "s5", "s4"], ["s3", "s2", "s1"], ["s0"]]


@pytest.mark.parametrize(
    ("filters", "found"),
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
def test_filters_say_which(wired: Wiring, filters: dict[str, Any], found: list[str]) -> None:
    keep(wired, "a")
    keep(wired, "b", actor="bob")
    keep(wired, "c", action="award issue", detail={"reference": "INV-7"})
    keep(wired, "d", detail={"reason": "100% sure"})
    assert looked(wired, **filters) == (found, None)


def test_times_bound_on_both_sides_and_the_end_is_not_included(wired: Wiring) -> None:
    now = wired.now()
    for number in range(4):
        keep(wired, f"s{number}", at=now + timedelta(days=number))
    bounds = {"since": now + timedelta(days=1), "until": now + timedelta(days=3)}
    assert looked(wired, **bounds)[0] == ["s2", "s1"]
    assert looked(wired, limit=1, **bounds)[0] == ["s2"]


def test_a_store_is_found_by_its_awards_and_deliveries_too(wired: Wiring) -> None:
    keep_awards(wired, 2)
    keep_store(wired, "st_9")
    keep(wired, "st_0")
    keep(wired, "aw_0", "award issue")
    keep(wired, "aw_1", "award issue")
    keep(wired, "delivery 4", "delivery read raw")  # purged meanwhile
    keep(wired, "st_9")
    assert looked(wired, store="st_0")[0] == ["aw_0", "st_0"]


def test_one_look_goes_through_so_many_and_says_where_to_go_on(
    wired: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "LOOKED_THROUGH", 3)
    for number in range(7):
        keep(wired, f"s{number}", actor="bob" if number in (0, 5) else "ann", detail={"n": f"n{number}"})
    assert all_pages(wired, 5, text="n0") == [[], [], ["s0"]]
    assert all_pages(wired, 5, text="n5") == [["s5"], [], []]
    assert all_pages(wired, 5, actor="bob", text="n0") == [["s0"]]  # an index leads to bob's


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "4711", "²"])
def test_a_page_after_nothing_is_refused(wired: Wiring, after: str) -> None:
    with pytest.raises(InputError, match="after"):
        service.look_through(wired.database, AuditFilters(), after=after, limit=1)


def test_a_filter_no_database_can_take_is_refused(wired: Wiring) -> None:
    for text in ("a\0b", "x" * 201):
        with pytest.raises(InputError, match="text"):
            looked(wired, text=text)


def test_the_detail_is_kept_as_it_was_told(wired: Wiring) -> None:
    keep(wired, detail={"reason": "schön", "rows": {"a": 1}})
    with wired.database.reading() as session:
        assert session.scalars(select(AuditEntry)).one().detail == {"reason": "schön", "rows": {"a": 1}}
