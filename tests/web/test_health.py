"""/healthz says the process answers; /readyz tells the truth about database, worker and waiting work."""

from datetime import timedelta

import pytest

from receiver.app import create_app
from receiver.services.running.readiness import readiness
from receiver.storage import heartbeats
from receiver.storage.tables import Delivery


@pytest.fixture
def client(wired):
    return create_app(wired=wired).test_client()


def beat(wired, at):
    with wired.database.writing() as session:
        heartbeats.beat(session, heartbeats.WORKER, at)


def waiting(wired, due_at):
    with wired.database.writing() as session:
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


def test_ready_with_a_living_worker_and_nothing_waiting(client, wired, clock):
    beat(wired, clock())
    assert client.get("/readyz").status_code == 200


def test_not_ready_without_a_worker(client, wired, clock):
    assert client.get("/readyz").status_code == 503
    beat(wired, clock() - timedelta(minutes=1))
    assert client.get("/readyz").status_code == 503


def test_not_ready_while_deliveries_wait_for_minutes(client, wired, clock):
    beat(wired, clock())
    waiting(wired, clock() - timedelta(minutes=3))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready"})
    assert readiness(wired.database, clock()) == ["deliveries have been waiting for minutes"]
