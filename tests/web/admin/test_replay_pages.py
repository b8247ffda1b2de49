"""Replays in the console: counted before they are asked for, followed to their end, cancelled."""

import re

import pytest
from sqlalchemy import select, update

from receiver.services.deliveries.process import process_next
from receiver.services.deliveries.replay import replay_next
from receiver.storage import heartbeats
from receiver.storage.tables import Attempt, AuditEntry, Delivery, Replay, Store
from tests.signals import add_shop, keep_one, signal
from tests.staff import Console

MOVED = "https://moved.example/"


@pytest.fixture
def dead(container):
    """Three deliveries of a shop whose address was kept wrong, which has been put right since."""
    store_id = add_shop(container).id
    ids = [keep_one(container, store_id, signal(seq, home_url=MOVED)) for seq in (1, 2, 3)]
    process_next(container)
    with container.database.writing() as session:
        session.execute(update(Store).values(url=MOVED))
        heartbeats.beat(session, heartbeats.WORKER, container.now())
    return ids


@pytest.fixture
def staff(container, dead):
    return Console(container)


def states(container):
    with container.database.reading() as session:
        return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))


def work(container, clock):
    while (due := replay_next(container.at(clock.at))) is not None:
        clock.at = max(clock.at, due)


def test_what_it_would_do_is_counted_and_nothing_changed(container, staff):
    assert 'href="/admin/replays/new?state=dead"' in staff.get("/admin/deliveries?state=dead").text
    page = staff.get("/admin/replays/new?state=dead").text
    assert '<strong class="big-number">3</strong> deliveries' in page
    assert states(container) == ["dead"] * 3
    with container.database.reading() as session:
        assert session.scalars(select(Replay)).all() == []


def test_one_is_asked_for_followed_and_ends(container, staff, clock):
    answer = staff.post("/admin/replays", state="dead", reason="the address was put right", rate="50")
    assert (answer.status_code, answer.location) == (302, "/admin/replays/1")
    running = staff.get("/admin/replays/1")
    assert running.headers["Refresh"] == "2"
    assert "Background work has stopped" not in running.text
    assert "Refresh" not in staff.get("/admin/replays/1?still=1").headers
    work(container, clock)
    assert states(container) == ["processed"] * 3
    assert "Refresh" not in staff.get("/admin/replays/1").headers
    finished = staff.get("/admin/replays/1").text
    assert "<strong>3</strong>" in finished
    assert "the address was put right" in finished
    assert "state dead" in staff.get("/admin/replays").text
    with container.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "deliveries replay")).one()
        actors = session.scalars(select(Attempt.actor).where(Attempt.replay_id == 1)).all()
    assert (entry.actor, entry.detail["total"]) == ("operator@staff.example", 3)
    assert all("operator@staff.example" in actor for actor in actors)


def test_what_came_of_each_goes_on_page_by_page(container, staff, dead, clock, monkeypatch):
    monkeypatch.setattr("receiver.web.admin.replays.PAGE", 2)
    staff.post("/admin/replays", state="dead", reason="tried", rate="50")
    work(container, clock)
    first = staff.get("/admin/replays/1").text
    assert re.findall(r'href="/admin/deliveries/(\d+)"', first) == [str(number) for number in dead[:2]]
    assert f'href="/admin/replays/1?after={dead[1]}"' in first
    last = staff.get(f"/admin/replays/1?after={dead[1]}").text
    assert (f'href="/admin/deliveries/{dead[2]}"' in last, 'rel="next"' in last) == (True, False)
    assert staff.get("/admin/replays/1?after=x").status_code == 400


@pytest.mark.parametrize("path", ["/admin/replays", "/admin/deliveries"])
def test_a_number_no_row_can_have_is_not_found(container, staff, path):
    assert staff.get(f"{path}/{2**63}").status_code == 404


def test_those_chosen_one_by_one_are_replayed_and_no_others(container, staff, dead, clock):
    assert 'name="ids" value="1"' in staff.get("/admin/deliveries").text
    page = staff.get(f"/admin/replays/new?ids={dead[0]}&ids={dead[2]}").text
    assert '<strong class="big-number">2</strong> deliveries' in page
    staff.post("/admin/replays", ids=[dead[0], dead[2]], reason="tried", rate="50")
    work(container, clock)
    assert states(container) == ["processed", "dead", "processed"]


def test_a_cancelled_one_leaves_the_rest_as_it_is(container, staff, clock):
    staff.post("/admin/replays", state="dead", reason="tried", rate="1")
    replay_next(container.at(clock.at))
    assert staff.post("/admin/replays/1/cancel").location == "/admin/replays/1"
    work(container, clock)
    assert states(container) == ["processed", "dead", "dead"]
    assert "cancelled" in staff.get("/admin/replays/1").text
    assert staff.post("/admin/replays/1/cancel").status_code == 409


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "dead", "reason": " "},
        {"state": "dead", "reason": "r", "rate": "0"},
        {"state": "dead", "reason": "r", "rate": "fast"},
        {"state": "lost", "reason": "r"},
        {"reason": "all of it"},
        {"ids": "x", "reason": "r"},
        {"since": "yesterday", "reason": "r"},
    ],
)
def test_what_is_wrong_is_named_and_nothing_begun(container, staff, wrong):
    answer = staff.post("/admin/replays", **{"rate": "50", **wrong})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    with container.database.reading() as session:
        assert session.scalars(select(Replay)).all() == []


def test_without_a_worker_the_page_says_what_to_start(container, staff, clock):
    staff.post("/admin/replays", state="dead", reason="tried", rate="50")
    with container.database.writing() as session:
        session.execute(update(heartbeats.Heartbeat).values(at=clock.at.replace(year=2020)))
    assert "Background work has stopped" in staff.get("/admin/replays/1").text


def test_viewers_follow_and_ask_for_nothing(container, dead):
    Console(container).post("/admin/replays", state="dead", reason="tried", rate="1")
    viewer = Console(container, "viewer")
    assert "Cancel" not in viewer.get("/admin/replays/1").text
    assert "ids" not in viewer.get("/admin/deliveries").text
    assert "Replay delivery" not in viewer.get(f"/admin/deliveries/{dead[0]}").text
    assert viewer.get("/admin/replays/new?state=dead").status_code == 403


def test_the_list_goes_on_page_by_page(container, staff, monkeypatch):
    monkeypatch.setattr("receiver.web.admin.replays.PAGE", 2)
    for number in range(3):
        staff.post("/admin/replays", ids=1, reason=f"try {number}", rate="50")
    first = staff.get("/admin/replays").text
    assert ("try 2" in first, "try 0" in first) == (True, False)
    assert 'href="/admin/replays?after=2"' in first
    assert "try 0" in staff.get("/admin/replays?after=2").text
    assert staff.get("/admin/replays?after=x").status_code == 400
