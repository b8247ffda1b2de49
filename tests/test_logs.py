"""Each line is a JSON object that says of which request or delivery it tells, and no value it should not."""

import json
import logging
import re
import sys
from dataclasses import replace

import pytest
import structlog
from sqlalchemy import insert

from receiver.app import create_app
from receiver.logs import log_to_stderr
from receiver.services.deliveries import process
from receiver.storage.tables import Delivery, Store
from tests.conftest import make_settings
from tests.db_factories import keep_store

log = structlog.get_logger(__name__)


@pytest.fixture
def lines(capsys):
    """The lines logged since the last call."""
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.fixture
def app(container):
    """A service behind a proxy on 10.0.0.1, with a page that logs and one that breaks."""
    service = create_app(container=replace(container, settings=make_settings(trusted_proxies=("10.0.0.1",))))

    @service.get("/logs")
    def logs():
        log.info("a line")
        return "done"

    @service.get("/breaks")
    def breaks():
        token = "s3cret-local"  # noqa: F841  # a traceback that shows variables would show it
        raise ValueError("a fault")

    @service.get("/breaks-storage")
    def breaks_storage():
        value = "-".join(["s3cret", "value"])  # the line itself stands in the traceback
        with container.database.writing() as session:
            session.execute(insert(Store).values(id="st_1", name=value))

    return service


def get(app, path="/logs", peer="203.0.113.9", **headers):
    return app.test_client().get(path, environ_base={"REMOTE_ADDR": peer}, headers=headers)


def test_a_line_has_its_requests_id_its_level_and_its_time(app, lines):
    answers = [get(app), get(app)]
    first, second = lines()
    assert [first["request_id"], second["request_id"]] == [
        answer.headers["X-Request-ID"] for answer in answers
    ]
    assert first["request_id"] != second["request_id"]
    assert (first["event"], first["level"]) == ("a line", "info")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", first["timestamp"])


def test_what_is_logged_after_a_request_is_not_taken_for_its(app, lines):
    get(app)
    log.info("a line of other work")
    assert ["request_id" in line for line in lines()] == [True, False]


def test_a_trusted_proxy_names_the_request_and_nobody_else_does(app):
    headers = {"X-Request-ID": "from-the-proxy.1"}
    assert get(app, peer="10.0.0.1", **headers).headers["X-Request-ID"] == "from-the-proxy.1"
    assert get(app, **headers).headers["X-Request-ID"] != "from-the-proxy.1"


@pytest.mark.parametrize("database_kind", ["sqlite"])  # no matter of what keeps the rows
@pytest.mark.parametrize("request_id", ["", "x" * 65, 'a"b', "a b", "ä"])
def test_an_id_that_could_spoil_a_line_is_replaced(app, request_id):
    answer = get(app, peer="10.0.0.1", **{"X-Request-ID": request_id})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_a_refused_webhook_says_which_request_it_was(app, lines):
    answer = app.test_client().post("/webhooks/woocommerce/st_none", data=b"{}")
    (line,) = lines()
    assert (line["event"], line["status"]) == ("webhook refused", 404)
    assert line["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("path", ["/breaks", "/breaks-storage"])
def test_a_traceback_shows_no_variable_and_no_value_of_a_statement(app, container, lines, path):
    keep_store(container, "st_1")
    assert get(app, path).status_code == 500
    (line,) = lines()
    assert "test_logs.py" in line["exception"]
    assert "s3cret" not in json.dumps(line)


def test_a_traceback_on_a_terminal_shows_no_variable_either(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    log_to_stderr()
    token = "s3cret-local"
    try:
        raise ValueError(len(token))
    except ValueError:
        log.exception("a fault")
    output = capsys.readouterr().err
    assert "test_logs.py" in output
    assert "s3cret" not in output


def test_what_a_library_says_is_a_line_too_and_said_once(lines):
    log_to_stderr()
    log_to_stderr()
    logging.getLogger("huey").error("a job failed: %s", "poll")
    (line,) = lines()
    assert (line["event"], line["level"]) == ("a job failed: poll", "error")


def test_lines_about_a_delivery_carry_its_id(container, lines, monkeypatch):
    log_to_stderr()
    with container.database.writing() as session:
        plain = {"source": "tiktok", "headers": [], "body_sha256": "0" * 64, "received_at": container.now()}
        rows = [
            Delivery(identity=name, state="received", due_at=container.now(), **plain)
            for name in ("one", "two")
        ]
        session.add_all(rows)
        session.flush()
        ids = [row.id for row in rows]

    def apply(session, rows, now):
        log.info("an effect")
        raise ValueError("a-word-of-a-body")

    monkeypatch.setattr(process, "apply_deliveries", apply)
    process.process_next(container)
    logged = lines()
    ids_by_event = {
        event: [item.get("delivery_id") for item in logged if item["event"] == event] for event in EVENTS
    }
    assert ids_by_event == {"an effect": [None, *ids], "delivery not processed": ids}
    (undone,) = [item for item in logged if item["event"] == "batch undone, done in parts"]
    assert undone["deliveries"] == ids
    assert "a-word-of-a-body" not in json.dumps(logged)


EVENTS = ("an effect", "delivery not processed")
