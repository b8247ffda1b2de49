"""/metrics tells what is in the database, in Prometheus' words, and to insiders only."""

from datetime import date, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from receiver.app import create_app
from receiver.services.decisions.decide import decide_store
from receiver.services.operations import metrics
from receiver.storage import heartbeats, rejections
from receiver.storage.tables import Delivery
from receiver.version import VERSION
from tests.db_factories import keep_all, keep_store
from tests.staff import staff_token


@pytest.fixture
def client(container):
    return create_app(container=container).test_client()


@pytest.fixture
def figures(client):
    """A function that reads /metrics: figures by name, then by the values of their labels."""

    def read():
        answer = client.get("/metrics")
        assert answer.status_code == 200
        return {
            sample.name.removeprefix("ad_credit_"): {
                " ".join(item.labels.values()): item.value
                for item in family.samples
                if item.name == sample.name
            }
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    return read


def keep_deliveries(container, *states):
    with container.database.writing() as session:
        for number, state in enumerate(states):
            is_over = state in ("processed", "ignored", "dead")
            session.add(
                Delivery(
                    identity=f"{number:064}",
                    source="woocommerce",
                    headers=[],
                    body_sha256="0" * 64,
                    received_at=container.now(),
                    state=state,
                    due_at=None if is_over else container.now() - timedelta(seconds=90 - number),
                    ended_at=container.now() if is_over else None,
                )
            )


def test_deliveries_are_counted_by_how_far_they_came(container, figures):
    keep_deliveries(container, "received", "failed", "dead", "dead", "processed", "ignored")
    families = figures()
    assert families["deliveries_accepted_total"] == {"": 6}
    assert families["deliveries"] == {"received": 1, "processing": 0, "failed": 1, "dead": 2}
    assert families["deliveries_ended_recently"] == {"dead": 2, "processed": 1, "ignored": 1}
    assert families["oldest_waiting_seconds"] == {"": 90}


def test_what_ended_long_ago_is_not_counted_as_recent(container, figures, clock):
    keep_deliveries(container, "processed")
    clock.move(minutes=6)
    assert "deliveries_ended_recently" not in figures()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_no_figure_reads_through_all_deliveries(container):
    statements = []
    event.listen(
        container.database.engine,
        "before_cursor_execute",
        lambda *arguments: statements.append((arguments[2], arguments[3])),
    )
    metrics.collect_metrics(container)
    of_deliveries = [item for item in statements if "deliveries" in item[0]]
    with container.database.autocommit_connection() as driver:
        steps = [
            step[3]
            for statement, parameters in of_deliveries
            for step in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert any(step.startswith("SEARCH deliveries") for step in steps)
    assert not [step for step in steps if step.startswith("SCAN deliveries")]


def test_what_nobody_knows_has_no_figure_and_is_not_zero(figures):
    families = figures()
    assert not {"worker_silent_seconds", "oldest_waiting_seconds", "poll_late_seconds"} & set(families)


def test_a_silent_worker_a_late_poll_and_an_overdue_award_show(container, figures, clock):
    keep_all(container)
    with container.database.writing() as session:
        heartbeats.beat(session, heartbeats.WORKER, container.now() - timedelta(seconds=40))
        rejections.add_counts(session, {("st_1", "signature", container.now().date()): 3})
        rejections.add_counts(session, {("", "signature", date(2025, 1, 1)): 9})
    families = figures()
    assert families["worker_silent_seconds"] == {"": 40}
    assert families["poll_late_seconds"][""] > 0
    assert families["rejected_today"] == {"signature": 3}
    assert families["stores"] == {"": 1}
    assert (families["awards_overdue"], families["reviews_open"]) == ({"": 0}, {"": 0})
    assert families["database_bytes"]["data"] > 0


def test_what_is_left_of_tiktoks_calls_is_told(container, figures):
    container.budget.reserve(container.now(), advertiser_id=None, urgent=False)
    families = figures()
    assert (families["tiktok_calls_today"], families["tiktok_paused"]) == ({"": 1}, {"": 0})
    assert families["tiktok_calls_left"]["urgent"] > families["tiktok_calls_left"]["routine"]


def test_calls_to_tiktok_are_counted_by_what_they_came_to(container, figures):
    for path, code in (
        ("report/integrated/get", "0"),
        ("advertiser/info", "40102"),
        ("advertiser/info", "0"),
    ):
        container.budget.count(path, code, container.now())
    container.budget.count("advertiser/info", "40102", container.now())
    assert figures()["tiktok_calls_total"] == {
        "0 report/integrated/get": 1,
        "40102 advertiser/info": 2,
        "0 advertiser/info": 1,
    }


def test_it_tells_what_runs_and_how_much_was_decided(container, figures):
    keep_all(container)
    decide_store(container, "st_1")
    families = figures()
    assert families["build_info"] == {VERSION: 1}
    assert families["decisions_total"] == {"": 1}


def test_more_than_can_be_counted_quickly_is_not_counted_on(container, figures, monkeypatch):
    monkeypatch.setattr(metrics, "MOST_COUNTED", 2)
    keep_deliveries(container, *["dead"] * 5)
    assert figures()["deliveries"]["dead"] == 2


def test_it_asks_as_often_whatever_there_is(container, client, monkeypatch):
    def count_statements():
        count = 0

        def add_to_count(*_):
            nonlocal count
            count += 1

        engine = container.database.engine
        event.listen(engine, "before_cursor_execute", add_to_count)
        client.get("/metrics")
        event.remove(engine, "before_cursor_execute", add_to_count)
        return count

    few = count_statements()
    keep_deliveries(container, *["received", "failed", "dead", "processed"] * 10)
    for number in range(5):
        keep_store(container, f"st_{number}")
    assert count_statements() == few


def test_strangers_and_what_comes_through_a_proxy_are_turned_away(client, container):
    stranger = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/metrics", environ_base=stranger).status_code == 401
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401
    wrong = {"Authorization": "Bearer nonsense"}
    assert client.get("/metrics", environ_base=stranger, headers=wrong).status_code == 401
    with_token = client.get("/metrics", environ_base=stranger, headers=staff_token(container, "viewer"))
    assert with_token.status_code == 200
