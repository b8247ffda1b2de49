"""A wrong database password: one clear sentence everywhere, which never contains the password."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from receiver.app import create_app
from receiver.container import build_container
from receiver.errors import Advice, ProviderError
from tests.conftest import make_settings

ROLE, RIGHT, WRONG = "asks_password", "s3cret-right", "s3cret-wrong"
SENTENCE = f'password authentication failed for user "{ROLE}"'


@pytest.fixture(scope="module")
def guarded(postgresql):
    """The address of a database whose server asks one role for a password."""
    engine = create_engine(postgresql, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{RIGHT}'"))
        rules = Path(connection.scalar(text("SHOW hba_file")))
        before = rules.read_text()
        rules.write_text(f"local all {ROLE} scram-sha-256\n{before}")
        connection.execute(text("SELECT pg_reload_conf()"))
        yield make_url(postgresql).set(username=ROLE)
        rules.write_text(before)
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text(f"DROP ROLE {ROLE}"))
    engine.dispose()


def container_with(guarded, password):
    address = guarded.set(password=password).render_as_string(hide_password=False)
    return build_container(make_settings(database_url=address))


@pytest.fixture
def container(guarded):
    wrong_container = container_with(guarded, WRONG)
    yield wrong_container
    wrong_container.database.close()


@pytest.fixture
def app(container, capsys):
    yield create_app(container=container)
    logged = capsys.readouterr().err
    assert RIGHT not in logged
    assert WRONG not in logged


def test_the_right_password_is_taken(guarded):
    right_container = container_with(guarded, RIGHT)
    with right_container.database.reading() as session:
        assert session.scalar(text("SELECT current_user")) == ROLE
    right_container.database.close()


def test_the_web_is_not_ready_and_says_why_to_those_inside(app):
    answer = app.test_client().get("/readyz")
    (reason,) = answer.json["reasons"]
    assert answer.status_code == 503
    assert SENTENCE in reason
    assert WRONG not in reason
    stranger = app.test_client().get("/readyz", environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert stranger.json == {"status": "not ready"}


def test_a_delivery_is_asked_for_again(app):
    answer = app.test_client().post("/webhooks/woocommerce/st_1", data=b"{}")
    assert (answer.status_code, answer.json) == (503, {"error": "unavailable"})


@pytest.mark.parametrize("command", ["worker", "doctor", "migrate"])
def test_a_command_says_it_in_a_line_and_ends_with_1(app, command, monkeypatch):
    monkeypatch.setattr("receiver.cli.doctor.probe", no_network)
    answer = app.test_cli_runner().invoke(args=[command])
    lines = [line for line in answer.output.splitlines() if SENTENCE in line]
    assert (answer.exit_code, len(lines)) == (1, 1)
    assert WRONG not in answer.output
    assert "Traceback" not in answer.output


def no_network(url):
    raise ProviderError("no network", advice=Advice.AGAIN)
