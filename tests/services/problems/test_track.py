"""Problems are found by cause and store, acknowledged once, and end by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, text, update

from receiver.container import Container
from receiver.domain.deliveries import DeliveryFilters, DeliveryReason
from receiver.domain.problems import CAUSES, MOST_COUNTED, ProblemCause, ProblemFilters, ProblemState
from receiver.domain.troubles import Actor
from receiver.errors import InputError, NotFound, Refused
from receiver.integrations.providers import PROVIDERS
from receiver.services.deliveries.process import process_next
from receiver.services.deliveries.purge import PROBLEMS_KEPT, purge
from receiver.services.deliveries.replay import replay_next, start
from receiver.services.inbox.quarantine import release_from_quarantine
from receiver.services.inbox.receive import WebhookReceiver, WebhookRequest
from receiver.services.inbox.rejection_log import WRITE_EVERY
from receiver.services.problems.listing import (
    ProblemRecord,
    acknowledge_problem,
    count_open_problems,
    list_problems,
    page_of_problems,
    problems_of_store,
)
from receiver.services.problems.track import track_problems
from receiver.services.stores.disconnect import disconnect_store
from receiver.services.stores.rotate_secret import rotate_secret
from receiver.storage.problems import ALL_STORES, NO_KNOWN_STORE
from receiver.storage.tables import AuditEntry, Delivery, Store
from tests.fakes import FrozenClock
from tests.raw_http import signed_headers
from tests.signals import SECRET, add_shop, body_of, keep, keep_one, signal

ELSEWHERE = "https://staging.shop.example/"
THEIRS = "a secret of the shop's own"


class Watch:
    """The service, the shops that send to it, and the list of problems."""

    def __init__(self, container: Container, clock: FrozenClock) -> None:
        self.container, self.clock, self.database = container, clock, container.database
        self.store = add_shop(container, name="Example shop").id
        self.reception = WebhookReceiver(container)

    def dies(self, *arguments: Any, store: str | None = None) -> None:
        for argument in arguments:
            keep_one(self.container, store or self.store, argument)
        process_next(self.container.at(self.clock.at))

    def calls(self, seq: int, secret: str = THEIRS, store: str | None = None, **changes: Any) -> int:
        body = body_of(signal(seq))
        headers = dict(signed_headers(body, secret, **changes))
        call = WebhookRequest(
            PROVIDERS["woocommerce"], "POST", headers, lambda length: body[:length], store or self.store
        )
        return self.reception.answer(call).status

    def write_counts(self) -> None:
        """Write the counts kept in memory, by a call that comes after WRITE_EVERY, for no known store."""
        self.clock.at += WRITE_EVERY
        self.calls(1, store="st_0")

    def track(self) -> None:
        track_problems(self.container.at(self.clock.at))

    def problems(self, state: str = ProblemState.OPEN, **filters: Any) -> list[ProblemRecord]:
        self.track()
        return list_problems(self.database, ProblemFilters(state, **filters), 0)

    def causes(self, state: str = ProblemState.OPEN) -> list[ProblemCause]:
        return [problem.cause for problem in self.problems(state)]

    def replay(self, **filters: Any) -> None:
        start(self.container.at(self.clock.at), DeliveryFilters(**filters), actor="ann", reason="put right")
        while (due := replay_next(self.container.at(self.clock.at))) is not None:
            self.clock.at = max(self.clock.at, due)


@pytest.fixture
def watch(container: Container, clock: FrozenClock) -> Watch:
    return Watch(container, clock)


# -- Found ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argument", "cause"),
    [
        (signal(1, v=0), ProblemCause.OLD_VERSION),
        (signal(1, v=-3), ProblemCause.OLD_VERSION),
        (signal(1, v=2), ProblemCause.NEWER_VERSION),
        (signal(1, v="1"), ProblemCause.UNREADABLE),
        (signal(1, event="launched"), ProblemCause.UNREADABLE),
        (signal("one"), ProblemCause.UNREADABLE),
        (["no", "object"], ProblemCause.UNREADABLE),
        (signal(1, home_url=ELSEWHERE), ProblemCause.ELSEWHERE),
        (signal(1, padding="x" * 20_000), ProblemCause.TOO_LARGE),
    ],
)
def test_what_dies_is_known_by_its_cause(watch: Watch, argument: Any, cause: ProblemCause):
    if cause is ProblemCause.TOO_LARGE:
        body = body_of(argument)
        headers = dict(signed_headers(body, SECRET))
        call = WebhookRequest(PROVIDERS["woocommerce"], "POST", headers, lambda n: body[:n], watch.store)
        assert watch.reception.answer(call).status == 200
        process_next(watch.container.at(watch.clock.at))
    else:
        watch.dies(argument)
    (problem,) = watch.problems()
    assert (problem.cause, problem.store_id, problem.store_name) == (cause, watch.store, "Example shop")
    assert (problem.who, problem.count) == (CAUSES[cause].who, 1)
    assert problem.addresses == ((ELSEWHERE,) if cause is ProblemCause.ELSEWHERE else ())


def test_messages_of_one_cause_and_store_are_one_problem_with_their_times_and_number(watch: Watch):
    other = add_shop(watch.container, url="https://other.example/", name="Other").id
    began = watch.clock.at
    watch.dies(signal(1, v=0), signal(2, v=0))
    watch.clock.move(hours=3)
    watch.dies(signal(3, v=0), signal(4, home_url=ELSEWHERE))
    watch.dies(signal(1, v=0, home_url="https://other.example/"), store=other)
    by_key = {(problem.cause, problem.store_name): problem for problem in watch.problems()}
    assert by_key.keys() == {
        (ProblemCause.OLD_VERSION, "Example shop"),
        (ProblemCause.ELSEWHERE, "Example shop"),
        (ProblemCause.OLD_VERSION, "Other"),
    }
    old = by_key[ProblemCause.OLD_VERSION, "Example shop"]
    assert (old.count, old.kept, old.first_at, old.last_at) == (3, 3, began, watch.clock.at)


def test_refused_calls_and_quarantine_of_a_store_are_one_problem(watch: Watch):
    began = watch.clock.at
    assert [watch.calls(seq) for seq in (1, 2, 3)] == [401] * 3
    watch.calls(4, content_length="100001")
    watch.write_counts()
    watch.problems()
    problem = next(problem for problem in watch.problems() if problem.cause is ProblemCause.WRONG_SECRET)
    assert (problem.count, problem.kept, problem.first_at) == (3, 3, began)
    assert {problem.cause for problem in watch.problems()} == {
        ProblemCause.WRONG_SECRET,
        ProblemCause.UNKNOWN_ADDRESS,
        ProblemCause.MALFORMED_CALL,
    }
    assert count_open_problems(watch.database) == 1  # of strangers nobody has to do anything


def test_a_store_whose_calls_begin_to_be_refused_is_decided_anew(watch: Watch):
    with watch.database.writing() as session:
        session.execute(update(Store).values(decided_at=watch.clock.at))
    watch.calls(1)
    watch.track()
    with watch.database.reading() as session:
        assert session.scalars(select(Store.decided_at)).all() == [None]


def test_of_many_messages_so_many_are_counted(watch: Watch, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("receiver.storage.problems.MOST_COUNTED", 2)
    watch.dies(*(signal(seq, v=0) for seq in (1, 2, 3)))
    assert [problem.count for problem in watch.problems()] == [2]
    assert MOST_COUNTED > 2


def test_notices_of_tiktok_that_cannot_be_read_are_a_problem_of_no_store(watch: Watch):
    keep(watch.container, watch.store, b"{", topic="tiktok.ads")
    with watch.database.writing() as session:
        session.execute(update(Delivery).values(source="tiktok", store_id=None))
    process_next(watch.container.at(watch.clock.at))
    (problem,) = watch.problems()
    assert (problem.cause, problem.store_id, problem.store_name) == (ProblemCause.NOTICE_UNREADABLE, "", None)


def test_what_we_failed_at_until_the_end_is_ours(watch: Watch, monkeypatch: pytest.MonkeyPatch):
    def fails(*_: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("receiver.services.deliveries.process.apply_deliveries", fails)
    keep_one(watch.container, watch.store, signal(1))
    for _ in range(9):
        process_next(watch.container.at(watch.clock.at), chance=lambda: 0.0)
    assert watch.causes() == [ProblemCause.GAVE_UP]


def test_how_often_the_database_is_asked_does_not_grow_with_the_groups(watch: Watch):
    def statements() -> int:
        watch.track()  # fresh ones are written once
        executed: list[Any] = []

        def note_statement(*arguments: Any) -> None:
            executed.append(arguments[2])

        event.listen(watch.database.engine, "before_cursor_execute", note_statement)
        watch.problems()
        event.remove(watch.database.engine, "before_cursor_execute", note_statement)
        return len(executed)

    watch.dies(signal(1, v=0))
    few = statements()
    for number in range(5):
        url = f"https://shop{number}.example/"
        watch.dies(signal(1, v=0, home_url=url), store=add_shop(watch.container, url=url).id)
    assert len(watch.problems()) == 6
    assert statements() == few


@pytest.mark.parametrize("database_kind", ["sqlite"])  # an empty PostgreSQL plans nothing along an index
def test_groups_are_walked_along_their_index_whatever_else_ever_died(watch: Watch):
    with watch.database.reading() as session:
        for statement in (ALL_STORES, NO_KNOWN_STORE):
            plan = session.execute(text(f"EXPLAIN QUERY PLAN {statement.text}"), {"most": 1}).all()
            read = [row[3] for row in plan if " d " in row[3] or row[3].endswith(" d")]
            assert read
            assert {"ix_deliveries_dead" in step and step.startswith("SEARCH") for step in read} == {True}


# -- Ended ---------------------------------------------------------------------------------------------


def test_a_problem_ends_once_its_messages_were_replayed(watch: Watch):
    watch.dies(signal(1, home_url=ELSEWHERE), signal(2, home_url=ELSEWHERE))
    assert watch.causes() == [ProblemCause.ELSEWHERE]
    with watch.database.writing() as session:
        session.execute(update(Store).values(url=ELSEWHERE))
    watch.replay(store=watch.store, cause=DeliveryReason.ELSEWHERE)
    assert list_problems(watch.database, ProblemFilters(), 0) == []  # at once
    (over,) = list_problems(watch.database, ProblemFilters(ProblemState.RESOLVED), 0)
    assert (over.resolved_at is not None, over.kept) == (True, 0)


def test_what_a_later_signal_makes_up_for_has_ended(watch: Watch):
    watch.dies(signal(1, v=0))
    assert watch.causes() == [ProblemCause.OLD_VERSION]
    watch.clock.move(minutes=5)
    watch.dies(signal(2, event="state"))
    assert watch.causes() == []
    assert watch.causes(ProblemState.RESOLVED) == [ProblemCause.OLD_VERSION]


def test_what_another_address_sent_waits_for_staff_whatever_the_store_sends(watch: Watch):
    watch.dies(signal(1, home_url=ELSEWHERE))
    watch.clock.move(minutes=5)
    watch.dies(signal(2, event="state"))
    assert watch.causes() == [ProblemCause.ELSEWHERE]


def test_a_wrong_secret_ends_once_it_is_put_right_and_what_was_held_is_accepted(watch: Watch):
    watch.calls(1)
    assert watch.causes() == [ProblemCause.WRONG_SECRET]
    watch.clock.move(minutes=1)
    rotate_secret(watch.container, watch.store, actor="ann", webhook_secret=THEIRS)
    assert watch.causes() == [ProblemCause.WRONG_SECRET]
    release_from_quarantine(watch.container, reason="put right", actor="ann")
    assert list_problems(watch.database, ProblemFilters(), 0) == []  # at once
    watch.clock.move(minutes=1)
    watch.calls(2, secret="another again")
    watch.write_counts()
    assert ProblemCause.WRONG_SECRET in watch.causes()


def test_refused_calls_that_nothing_is_kept_of_end_two_days_after_the_last(watch: Watch):
    watch.calls(1, store="st_0")
    assert watch.causes() == [ProblemCause.UNKNOWN_ADDRESS]
    watch.clock.move(days=3)
    assert watch.causes() == []


def test_of_a_store_that_has_left_nothing_is_left_to_do(watch: Watch):
    watch.dies(signal(1, v=0))
    disconnect_store(watch.container.at(watch.clock.at), watch.store, reason="asked", actor="ann")
    assert watch.causes() == []
    assert watch.calls(2) == 410
    watch.write_counts()
    assert ProblemCause.STORE_LEFT in watch.causes()


def test_what_has_ended_is_forgotten_after_a_month(watch: Watch):
    watch.dies(signal(1, v=0))
    watch.problems()
    with watch.database.writing() as session:
        session.query(Delivery).delete()
    assert watch.causes(ProblemState.RESOLVED) == [ProblemCause.OLD_VERSION]
    counts = purge(
        watch.container.at(watch.clock.at + PROBLEMS_KEPT + timedelta(seconds=1)),
        30,
        within=timedelta(minutes=1),
    )
    assert counts["problems"] == 1


# -- Acknowledged --------------------------------------------------------------------------------------


def acknowledge(watch: Watch, note: str = "a staging copy") -> ProblemRecord:
    (problem,) = watch.problems()
    return acknowledge_problem(watch.container.at(watch.clock.at), problem.id, note=note, actor="ann")


def test_who_acknowledged_a_problem_when_and_why_is_kept_and_audited(watch: Watch):
    watch.dies(signal(1, home_url=ELSEWHERE))
    problem = acknowledge(watch)
    assert (problem.state, problem.acknowledged_by, problem.acknowledged_at, problem.note) == (
        ProblemState.ACKNOWLEDGED, "ann", watch.clock.at, "a staging copy",
    )  # fmt: skip
    with watch.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "problem acknowledged")).one()
    assert (entry.actor, entry.store_id, entry.detail["cause"]) == ("ann", watch.store, "elsewhere")
    watch.dies(signal(2, home_url=ELSEWHERE))
    assert watch.problems() == []
    assert [problem.count for problem in watch.problems(ProblemState.ACKNOWLEDGED)] == [2]
    assert count_open_problems(watch.database) == 0


def test_a_problem_is_acknowledged_once_and_with_a_note(watch: Watch):
    watch.dies(signal(1, v=0))
    (problem,) = watch.problems()
    with pytest.raises(InputError, match="note"):
        acknowledge_problem(watch.container.at(watch.clock.at), problem.id, note=" ", actor="ann")
    acknowledge(watch)
    with pytest.raises(Refused, match="acknowledged by ann already"):
        acknowledge_problem(watch.container.at(watch.clock.at), problem.id, note="again", actor="bob")
    for number in (99, 2**63):
        with pytest.raises(NotFound):
            acknowledge_problem(watch.container.at(watch.clock.at), number, note="n", actor="bob")


@pytest.mark.parametrize(("days", "state"), [(6, ProblemState.ACKNOWLEDGED), (8, ProblemState.OPEN)])
def test_what_comes_back_within_a_week_is_still_acknowledged(watch: Watch, days: int, state: ProblemState):
    watch.dies(signal(1, v=0))
    acknowledge(watch)
    watch.clock.move(minutes=5)
    watch.dies(signal(2, event="state"))
    assert watch.causes(ProblemState.RESOLVED) == [ProblemCause.OLD_VERSION]
    watch.clock.move(days=days)
    watch.dies(signal(3, v=0))
    (problem,) = watch.problems(state)
    assert (problem.acknowledged_by is None) == (state is ProblemState.OPEN)


# -- Listed --------------------------------------------------------------------------------------------


def test_the_most_urgent_cause_comes_first_page_by_page_and_no_row_twice(watch: Watch):
    for number, argument in enumerate((signal(1, v=0), signal(1), signal(1, event="x"))):
        url = f"https://shop{number}.example/"
        store = add_shop(watch.container, url=url).id
        watch.dies(argument | {"seq": number + 1}, store=store)
        watch.clock.move(minutes=1)
    watch.track()
    whole = [problem.id for problem in list_problems(watch.database, ProblemFilters(), 0)]
    ids, after = [], None
    while True:
        page = page_of_problems(watch.database, ProblemFilters(), after=after, limit=1)
        ids += [problem.id for problem in page.rows]
        after = page.next
        if after is None:
            break
    assert ids == whole
    causes = [problem.cause for problem in list_problems(watch.database, ProblemFilters(), 0)]
    assert causes == sorted(causes, key=list(CAUSES).index)


def test_filters_narrow_the_list_and_a_wrong_one_is_named(watch: Watch):
    watch.dies(signal(1, v=0), signal(2, home_url=ELSEWHERE))
    assert [problem.cause for problem in watch.problems(who=Actor.MERCHANT)] == [ProblemCause.OLD_VERSION]
    assert [problem.cause for problem in watch.problems(cause=ProblemCause.ELSEWHERE)] == [
        ProblemCause.ELSEWHERE
    ]
    assert len(watch.problems(store="Example")) == 2
    with pytest.raises(InputError, match="no store matches"):
        watch.problems(store="Tin Roof")
    assert {problem.cause for problem in problems_of_store(watch.database, watch.store)} == {
        ProblemCause.OLD_VERSION,
        ProblemCause.ELSEWHERE,
    }
    with pytest.raises(InputError, match="store"):
        page_of_problems(watch.database, ProblemFilters(store="x" * 300), limit=1)
    for after in ("x", "99"):
        with pytest.raises(InputError, match="after"):
            page_of_problems(watch.database, ProblemFilters(), after=after, limit=1)


def test_each_cause_says_who_must_act_and_what_cures_it():
    assert list(CAUSES) == list(ProblemCause)
