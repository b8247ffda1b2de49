"""What is older than it is kept goes, in small steps; what waits and what decisions rest on stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from receiver.container import Container
from receiver.domain import limits
from receiver.domain.rejections import RejectedCall
from receiver.services.deliveries import purge as purging
from receiver.services.deliveries.process import process_next
from receiver.services.deliveries.purge import count_expired, purge
from receiver.services.staff.sign_in import Visitor, sign_in
from receiver.storage import rejections, sqlite
from receiver.storage.quarantine import put
from receiver.storage.tables import (
    Attempt,
    CallPause,
    Delivery,
    Quarantined,
    Rejection,
    RejectionSample,
    Replay,
    Signal,
    SignInTries,
    StoreDay,
    WebhookSecret,
)
from receiver.worker import jobs
from receiver.worker.jobs import every_minute
from tests.fakes import FrozenClock
from tests.signals import add_shop, keep, keep_one, signal

LONG = timedelta(minutes=1)


def rows(container: Container, table: Any) -> list[Any]:
    with container.database.reading() as session:
        return list(session.scalars(select(table)))


def run_purge(container: Container, **how: Any) -> dict[str, int]:
    return purge(container, 30, **{"within": LONG, **how})


@pytest.fixture
def store_id(container: Container) -> str:
    return add_shop(container).id


def test_an_ended_delivery_goes_with_its_attempts_once_it_is_old(container, store_id, clock):
    old = keep_one(container, store_id, signal(1))
    process_next(container)
    clock.move(days=29)
    new = keep_one(container, store_id, signal(2))
    process_next(container)
    assert run_purge(container)["deliveries"] == 0
    clock.move(days=1, seconds=1)
    assert count_expired(container, 30)["deliveries"] == 1
    assert {row.id for row in rows(container, Delivery)} == {old, new}
    assert run_purge(container)["deliveries"] == 1
    assert [row.id for row in rows(container, Delivery)] == [new]
    assert [row.delivery_id for row in rows(container, Attempt)] == [new]
    assert len(rows(container, Signal)) == 2  # what was taken in is still known, should it come again


@pytest.mark.parametrize("state", ["received", "processing", "failed"])
def test_what_still_waits_stays_however_old(container, store_id, clock, state):
    keep_one(container, store_id, signal(1))
    with container.database.writing() as session:
        session.execute(update(Delivery).values(state=state))
    clock.move(days=400)
    assert run_purge(container)["deliveries"] == 0
    assert len(rows(container, Delivery)) == 1


def test_quarantine_samples_and_counts_have_their_own_ends(container, store_id, clock):
    with container.database.writing() as session:
        put(
            session, identity="a" * 64, store_id=store_id, hook_id=store_id, topic=None, headers=[],
            body_encrypted="x", body_sha256="b" * 64, bytes=1, received_at=container.now(),
        )  # fmt: skip
        sample = RejectedCall(store_id, "signature", container.now(), [], 1)
        rejections.add_samples(session, [sample])
        rejections.add_counts(session, {(store_id, "signature", container.now().date()): 3})
    counts = []
    for days in (14, 1, 16, 369, 1):
        clock.move(days=days)
        run_purge(container)
        counts.append([len(rows(container, table)) for table in (Quarantined, RejectionSample, Rejection)])
    assert counts == [[1, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 1], [0, 0, 0]]


def test_it_goes_in_steps_and_stops_when_told_or_out_of_time(container, store_id, clock, monkeypatch):
    monkeypatch.setattr(purging, "STEP", 2)
    for seq in range(1, 8):
        keep_one(container, store_id, signal(seq))
    process_next(container)
    clock.move(days=31)
    totals: list[int] = []
    stopped = Event()
    stopped.set()
    assert run_purge(container, stopping=stopped)["deliveries"] == 2
    assert run_purge(container, within=timedelta(0))["deliveries"] == 2
    assert (
        run_purge(container, progress=lambda deleted: totals.append(deleted["deliveries"]))["deliveries"] == 3
    )
    assert totals[:2] == [2, 3]


def test_the_file_really_shrinks(container, store_id, clock):
    if not container.database.is_sqlite:
        return
    file = Path(container.database.url.database)
    keep(
        container, store_id, *(b"%d" % number + b"x" * 50_000 for number in range(100)), topic="order.created"
    )
    with container.database.writing() as session:
        session.execute(update(Delivery).values(state="processed", ended_at=container.now(), due_at=None))
    container.database.shrink()
    before = file.stat().st_size
    clock.move(days=31)
    assert run_purge(container)["deliveries"] == 100
    assert file.stat().st_size < before / 4
    assert Path(f"{file}-wal").stat().st_size == 0


def files_holding(container: Container, text: bytes) -> list[str]:
    """Return the names of the database's files that contain this text, even in an unused page."""
    folder = Path(container.database.url.database or "").parent
    return [file.name for file in sorted(folder.glob("receiver.db*")) if text in file.read_bytes()]


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("length", [0, 900, 50_000])
def test_what_went_stands_in_no_file_of_the_database(container, store_id, clock, length):
    """Between others that stay, so that pages are shared; large enough for pages of its own, too."""
    expired_ids: list[int] = []
    for number in range(30):
        mark = "somebody else" if number % 3 == 0 else "ann@shop.example"
        body = f'{{"id":{number},"email":"{mark}"}}'.encode() + b" " * length
        (delivery,) = keep(container, store_id, body, topic="order.created")
        expired_ids += [] if number % 3 == 0 else [delivery.id]
    statement = update(Delivery).where(Delivery.id.in_(expired_ids))
    with container.database.writing() as session:
        session.execute(statement.values(state="ignored", ended_at=container.now(), due_at=None))
    assert files_holding(container, b"ann@shop.example")
    clock.move(days=31)
    assert run_purge(container)["deliveries"] == 20
    assert files_holding(container, b"somebody else")
    assert files_holding(container, b"ann@shop.example") == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_read_that_does_not_end_is_told_and_the_next_purge_clears_up(
    container, store_id, clock, monkeypatch
):
    monkeypatch.setattr(sqlite, "EMPTY_LOG_MS", 1)
    keep(container, store_id, b"ann@shop.example", topic="order.created")
    with container.database.writing() as session:
        session.execute(update(Delivery).values(state="ignored", ended_at=container.now(), due_at=None))
    clock.move(days=31)
    with container.database.reading() as session, capture_logs() as logs:
        session.scalars(select(Delivery)).all()
        assert run_purge(container)["deliveries"] == 1
    assert [line["event"] for line in logs] == [
        "purged, but a read that does not end keeps what went in the log of the database"
    ]
    assert files_holding(container, b"ann@shop.example")
    run_purge(container)
    assert files_holding(container, b"ann@shop.example") == []


def test_the_worker_purges_once_a_night(container, clock: FrozenClock, monkeypatch):
    runs: list[datetime] = []
    monkeypatch.setattr(jobs, "purge", lambda context, *_, **__: runs.append(context.now()) or {})
    (job,) = (job for job in every_minute(container) if job.name == "purge")
    began = container.now()  # noon
    for _ in range(30):
        job.run(Event())
        clock.move(hours=1)
    assert [(at - began) / timedelta(hours=1) for at in runs] == [0, 15]


def test_tries_to_sign_in_go_once_they_count_no_more(container, clock):
    visitor = Visitor("198.51.100.7")
    sign_in(container, email="ann@staff.example", password="wrong", visitor=visitor)
    clock.move(days=2)
    assert run_purge(container)["sign-in tries"] == 0
    clock.move(seconds=1)
    assert run_purge(container)["sign-in tries"] == 2
    assert rows(container, SignInTries) == []


def _old_rows(store_id: str, at: datetime) -> list[Any]:
    """Return a row of each kind that is deleted after a while, as of this time."""
    request = {"actor": "ann", "reason": "why", "filters": {}, "rate": 1, "up_to": 0, "cursor": 0, "total": 0}
    end = {"asked_at": at, "next_at": at, "ended_at": at, "state": "done", "outcomes": {}}
    return [
        Signal(store_id=store_id, install_id="i", seq=1, event="state", at=at),
        StoreDay(store_id=store_id, day=limits.day_of(at)),
        Replay(**request, **end),
        CallPause(subject="7001", until=at, attempts=1),
        WebhookSecret(hook_id=store_id, secret_encrypted="x", created_at=at, valid_until=at),
    ]


@pytest.mark.parametrize(
    ("kind", "days"),
    [("signals", 400), ("store days", 400), ("replays", 400), ("call pauses", 2), ("webhook secrets", 400)],
)
def test_what_is_kept_for_a_while_goes_after_it(container: Container, clock, kind: str, days: int):
    store_id = add_shop(container).id
    with container.database.writing() as session:
        session.add_all(_old_rows(store_id, container.now()))
    clock.move(days=days)
    assert purge(container, 30, within=timedelta(minutes=1))[kind] == 0
    clock.move(days=1)
    assert purge(container, 30, within=timedelta(minutes=1))[kind] == 1
