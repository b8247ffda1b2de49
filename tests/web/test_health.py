"""/healthz says the process answers; /readyz tells the truth about database, worker and waiting work."""

from datetime import timedelta

import pytest

from receiver.app import create_app
from receiver.services.running.readiness import readiness
from receiver.storage import heartbeats
from receiver.storage.tables import Delivery
from tests.staff import staff_token


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
    reasons = ["deliveries have been waiting for minutes"]
    assert (answer.status_code, answer.json) == (503, {"status": "not ready", "reasons": reasons})
    assert readiness(wired.database, clock()) == reasons


def test_the_reasons_are_told_to_insiders_only(client, wired):
    stranger = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/readyz", environ_base=stranger).json == {"status": "not ready"}
    assert client.get("/readyz", headers={"X-Forwarded-For": "127.0.0.1"}).json == {"status": "not ready"}
    told = client.get("/readyz", environ_base=stranger, headers=staff_token(wired, "viewer")).json
    assert told["reasons"] == ["no worker has shown life lately; start `flask --app wsgi worker`"]
