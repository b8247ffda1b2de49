"""The admin API opens to staff tokens only, and to operators' where it changes something."""

from datetime import timedelta

import pytest
from flask import g
from sqlalchemy import delete

from receiver.app import create_app
from receiver.services.staff.tokens import page_of_tokens
from receiver.storage.cipher import token_hash
from receiver.storage.tables import AuditEntry, Staff, StaffToken
from receiver.web.api.admin.blueprint import AdminBlueprint, PageArguments
from tests.db_factories import keep_store
from tests.staff import BASE, staff_token

ME = "/api/v1/admin/staff/me"


@pytest.fixture
def app(container):
    """The service with one more area, that reads and changes something."""
    app = create_app(container=container)
    area = AdminBlueprint("trial", "For this test")

    @area.route("/trial")
    @area.arguments(PageArguments, location="query")
    def look(arguments):
        return {"who": g.person.email, **arguments}

    @area.route("/trial", methods=["POST", "DELETE"])
    def change():
        return {"who": g.person.email}

    app.register_blueprint(area)
    return app


@pytest.fixture
def client(app):
    return app.test_client()


def ask(client, path, headers, method="GET"):
    return client.open(path, method=method, headers=headers, base_url=BASE)


def test_a_token_says_whose_it_is(client, container):
    assert ask(client, ME, staff_token(container, "viewer")).json == {
        "email": "viewer@staff.example",
        "role": "viewer",
        "token_expires_at": "2026-02-18T12:00:00Z",
    }


def test_a_token_that_expired_is_told_when_and_answers_nothing(client, container, clock):
    token = staff_token(container)
    clock.move(days=89)
    assert ask(client, ME, token).headers["Token-Expires"] == "2026-02-18T12:00:00Z"
    clock.move(days=1)
    answer = ask(client, ME, token)
    assert (answer.status_code, answer.json) == (401, {"error": "unauthorized"})
    assert "the token expired at 2026-02-18T12:00:00Z" in answer.headers["WWW-Authenticate"]
    assert "Token-Expires" not in answer.headers


def test_operators_look_at_all_tokens_and_viewers_at_their_own(client, container):
    viewer, operator = staff_token(container, "viewer"), staff_token(container)
    path = "/api/v1/admin/staff/tokens"
    assert [item["email"] for item in ask(client, path, viewer).json["items"]] == ["viewer@staff.example"]
    first = ask(client, f"{path}?limit=1", operator).json
    assert [(item["email"], item["expires_at"]) for item in first["items"]] == [
        ("operator@staff.example", "2026-02-18T12:00:00Z")
    ]
    second = ask(client, f"{path}?limit=1&after={first['next']}", operator).json
    assert ([item["email"] for item in second["items"]], second["next"]) == (["viewer@staff.example"], None)
    assert "stf_" not in str(first)
    assert "token_hash" not in str(first)


def test_an_operator_ends_a_token(client, container):
    viewer, operator = staff_token(container, "viewer"), staff_token(container)
    end = "/api/v1/admin/staff/tokens/1/revoke"
    assert ask(client, end, viewer, "POST").status_code == 403
    assert ask(client, end, operator, "POST").json["email"] == "viewer@staff.example"
    assert ask(client, ME, viewer).status_code == 401
    assert ask(client, end, operator, "POST").status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_staff_token_nothing_is_answered(client, method):
    for authorization in ("", "Bearer", "Bearer wrong", "Basic eDp5", "Bearer stt_" + "a" * 40):
        answer = ask(client, "/api/v1/admin/trial", {"Authorization": authorization}, method)
        assert (answer.status_code, answer.json) == (401, {"error": "unauthorized"})
        assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")


def test_a_stores_own_token_is_no_staff_token(client, container):
    keep_store(container, status_token_hash=token_hash("stt_store"))
    assert ask(client, ME, {"Authorization": "Bearer stt_store"}).status_code == 401


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_viewers_token_reads_and_changes_nothing(client, container, method):
    viewer = staff_token(container, "viewer")
    assert ask(client, "/api/v1/admin/trial", viewer).status_code == 200
    refused = ask(client, "/api/v1/admin/trial", viewer, method)
    assert (refused.status_code, refused.json) == (403, {"error": "forbidden"})
    assert ask(client, "/api/v1/admin/trial", staff_token(container), method).status_code == 200


def test_a_token_ends_with_its_owners_place_on_the_staff(client, container):
    token = staff_token(container)
    with container.database.writing() as session:
        session.execute(delete(Staff))
    assert ask(client, ME, token).status_code == 401


def test_the_last_use_of_a_token_is_kept_to_the_minute(client, container, clock):
    token = staff_token(container)
    assert last_use(container) is None
    for seconds in (0, 59, 1):
        clock.move(seconds=seconds)
        ask(client, ME, token)
    assert last_use(container) == clock()
    clock.move(seconds=59)
    ask(client, ME, token)
    assert last_use(container) == clock() - timedelta(seconds=59)


def last_use(container):
    return page_of_tokens(container.database, staff_id=1, limit=0).rows[0].last_used_at


def test_a_token_stands_nowhere_in_the_database(container):
    text = staff_token(container)["Authorization"].removeprefix("Bearer ")
    with container.database.reading() as session:
        rows = [vars(row) for table in (StaffToken, AuditEntry) for row in session.query(table)]
    assert len(rows) == 3
    assert text not in str(rows)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=0", "limit: Must be greater than or equal to 1 and less than or equal to 200."),
        ("limit=x", "limit: Not a valid integer."),
        ("afer=x", "afer: Unknown field."),
    ],
)
def test_a_wrong_argument_is_named(client, container, query, message):
    answer = ask(client, f"/api/v1/admin/trial?{query}", staff_token(container))
    assert (answer.status_code, answer.json) == (400, {"error": message})


def test_the_description_tells_the_guard(client):
    described = client.get("/openapi.json").json
    operation = described["paths"][ME]["get"]
    assert operation["security"] == [{"staffToken": []}]
    assert {"200", "401", "503"} <= set(operation["responses"])
    assert described["components"]["securitySchemes"]["staffToken"]["scheme"] == "bearer"
