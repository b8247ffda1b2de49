"""/healthz says the process answers; /readyz tells the truth about database, worker and waiting work."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from receiver.app import create_app
from receiver.services.operations.readiness import check_readiness
from receiver.storage import heartbeats
from receiver.storage.tables import Delivery
from receiver.web import health
from tests.staff import staff_token

STRANGER = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def client(container):
    return create_app(container=container).test_client()


def beat(container, at):
    with container.database.writing() as session:
        heartbeats.beat(session, heartbeats.WORKER, at)


def keep_waiting(container, due_at):
    with container.database.writing() as session:
        session.add(
            Delivery(
                identity="x" * 64,
                source="woocommerce",
                headers=[],
                body=b"{}",
                body_sha256="0" * 64,
                received_at=due_at,
                state="received",
                due_at=due_at,
            )
        )


def test_the_process_answers(client):
    assert client.get("/healthz").json == {"status": "ok"}


def test_ready_with_a_living_worker_and_nothing_waiting(client, container, clock):
    beat(container, clock())
    assert client.get("/readyz").status_code == 200


def test_not_ready_without_a_worker(client, container, clock):
    assert client.get("/readyz").status_code == 503
    beat(container, clock() - timedelta(minutes=1))
    assert client.get("/readyz").status_code == 503


def test_not_ready_while_deliveries_wait_for_minutes(client, container, clock):
    beat(container, clock())
    keep_waiting(container, clock() - timedelta(minutes=3))
    answer = client.get("/readyz")
    reasons = ["deliveries have been waiting for minutes"]
    assert (answer.status_code, answer.json) == (503, {"status": "not ready", "reasons": reasons})
    assert check_readiness(container.at(clock())) == reasons


def test_the_reasons_are_told_to_insiders_only(client, container):
    assert client.get("/readyz", environ_base=STRANGER).json == {"status": "not ready"}
    assert client.get("/readyz", headers={"X-Forwarded-For": "127.0.0.1"}).json == {"status": "not ready"}
    answer = client.get("/readyz", environ_base=STRANGER, headers=staff_token(container, "viewer")).json
    assert answer["reasons"] == ["no worker has shown life lately; start `flask --app wsgi worker`"]


def writes(container, ask):
    """Return the statements that write while somebody asks."""
    statements = []

    def record(_connection, _cursor, statement, *_):
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE"):
            statements.append(statement)

    event.listen(container.database.engine, "before_cursor_execute", record)
    ask()
    event.remove(container.database.engine, "before_cursor_execute", record)
    return statements


def test_a_strangers_question_writes_nothing_and_an_insiders_does(client, container, clock):
    beat(container, clock())
    assert writes(container, lambda: client.get("/readyz", environ_base=STRANGER)) == []
    assert writes(container, lambda: client.get("/readyz")) != []
    token = staff_token(container, "viewer")
    assert writes(container, lambda: client.get("/readyz", environ_base=STRANGER, headers=token)) != []


def test_strangers_cost_one_look_in_a_while_however_many_ask(client, container, clock, monkeypatch):
    moment, looks = [0.0], []
    monkeypatch.setattr(health, "monotonic", lambda: moment[0])
    monkeypatch.setattr(health, "read_readiness", lambda *_: looks.append(1) or [])
    for _ in range(20):
        assert client.get("/readyz", environ_base=STRANGER).json == {"status": "ready"}
    assert len(looks) == 1
    moment[0] = health.SEEN_FOR
    client.get("/readyz", environ_base=STRANGER)
    assert len(looks) == 2


def test_a_stranger_is_told_the_truth_about_worker_and_waiting_work(client, container, clock, monkeypatch):
    monkeypatch.setattr(health, "SEEN_FOR", 0.0)
    statuses = []
    for change in (
        lambda: beat(container, clock()),
        lambda: keep_waiting(container, clock() - timedelta(minutes=3)),
    ):
        statuses.append(client.get("/readyz", environ_base=STRANGER).status_code)
        change()
    statuses.append(client.get("/readyz", environ_base=STRANGER).status_code)
    assert statuses == [503, 200, 503]


def test_the_description_of_the_api_is_made_once(client, monkeypatch):
    first = client.get("/openapi.json")
    monkeypatch.setattr("apispec.APISpec.to_dict", lambda _: pytest.fail("made again"))
    assert client.get("/openapi.json").data == first.data
    assert first.mimetype == "application/json"
