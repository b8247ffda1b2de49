"""Bodies are refused by their headers, unread; a token is checked before the body is read."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from receiver.app import create_app
from receiver.container import build_container
from receiver.storage.cipher import token_hash
from receiver.web.bodies import MOST_BYTES, MOST_BYTES_OF_A_FILE
from tests.conftest import make_settings
from tests.db_factories import keep_store
from tests.staff import BASE, Console, staff_token

STATUS_TOKEN = "stt_" + "a" * 40
OF_STORES = ("/api/v1/reviews", "/api/v1/connect-tickets", "/api/v1/refresh", "/api/v1/disconnect")
OF_STAFF = ("/api/v1/admin/awards/aw_1/block", "/api/v1/admin/awards/issue-file", "/api/v1/admin/stores")
OF_PAGES = ("/connect/keys", "/connect/by-hand", "/admin/sign-in", "/admin/awards/file", "/nowhere")


class Untouched:
    """A body that must not be read."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("read")

    readline = read


@pytest.fixture(scope="module")
def app():
    return create_app(container=build_container(make_settings()))


def status_of(app, path, **headers):
    statuses = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SERVER_NAME": "credit.example",
        "SERVER_PORT": "443",
        "wsgi.url_scheme": "https",
        "wsgi.input": Untouched(),
        "HTTP_ACCEPT": "application/json",
        "wsgi.errors": io.StringIO(),
        **headers,
    }
    body = b"".join(app.wsgi_app(environ, lambda status, _headers, _info=None: statuses.append(status)))
    assert "error" in json.loads(body)
    return int(statuses[0][:3])


@pytest.mark.parametrize("path", [*OF_STORES, *OF_STAFF, *OF_PAGES, "/webhooks/woocommerce/st_1"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 411),
        ({"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "2"}, 411),
        ({"CONTENT_LENGTH": "-1"}, 400),
        ({"CONTENT_LENGTH": "2, 2"}, 400),
        ({"CONTENT_LENGTH": "9" * 40}, 400),
        ({"CONTENT_LENGTH": str(MOST_BYTES_OF_A_FILE + 1)}, 413),
    ],
)
def test_no_body_is_read_that_is_too_long_or_of_no_known_length(app, path, headers, status):
    assert status_of(app, path, **headers) == status


def test_only_files_may_be_longer_than_a_form(app):
    longer = {"CONTENT_LENGTH": str(MOST_BYTES + 1)}
    for path in (*OF_STORES, "/connect/by-hand", "/admin/sign-in", "/api/v1/admin/stores", "/nowhere"):
        assert status_of(app, path, **longer) == 413
    assert status_of(app, "/api/v1/admin/awards/issue-file", **longer) == 401


@pytest.mark.parametrize("path", [*OF_STORES, *OF_STAFF])
def test_without_a_token_no_body_is_read(app, path):
    body = {"CONTENT_LENGTH": "20", "CONTENT_TYPE": "application/json"}
    assert status_of(app, path, **body) == 401


def test_with_a_wrong_token_no_body_is_read(container):
    app = create_app(container=container)
    body = {"CONTENT_LENGTH": "20", "CONTENT_TYPE": "application/json", "HTTP_AUTHORIZATION": "Bearer x"}
    for path in (*OF_STORES, *OF_STAFF):
        assert status_of(app, path, **body) == 401


DEEP = b'{"a":' * 100 + b"1" + b"}" * 100
ODD_BODIES = {
    "deep": DEEP,
    "deeper than a stack": b"[" * 9_000,
    "a number of thousands of digits": b'{"message": ' + b"9" * 4_300 + b"}",
    "an exponent without end": b'{"message": 1e-99999999999999999999}',
    "half a character": b'{"message": "\\ud800"}',
    "no UTF-8": b'{"message": "\xff"}',
    "one key twice": b'{"message": "a", "message": "b"}',
    "no JSON": b"{",
}


@pytest.mark.parametrize("database_kind", ["sqlite"])  # no matter of what keeps the rows
@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
def test_what_nobody_can_read_is_a_400_with_every_token(container, body):
    keep_store(container, status_token_hash=token_hash(STATUS_TOKEN))
    client = create_app(container=container).test_client()
    store, operator = {"Authorization": f"Bearer {STATUS_TOKEN}"}, staff_token(container)
    for path, headers in [
        *((path, store) for path in OF_STORES[:2]),
        *((path, operator) for path in OF_STAFF),
        ("/connect/keys", {}),
    ]:
        answer = client.post(path, data=body, headers=headers, content_type="application/json")
        assert (answer.status_code, list(answer.json)) == (400, ["error"]), path


def test_a_number_that_no_row_can_have_names_nothing(container):
    operator, token = Console(container), staff_token(container, name="other")
    client = create_app(container=container).test_client()
    for number in (2**63, 10**400):
        assert operator.get(f"/admin/deliveries/{number}").status_code == 404
        assert operator.post(f"/admin/account/tokens/{number}/revoke").status_code == 404
        answer = client.get(f"/api/v1/admin/deliveries/{number}", headers=token, base_url=BASE)
        assert answer.status_code == 404


def test_a_form_with_what_is_no_text_is_a_400(container):
    operator = Console(container)
    assert operator.post("/admin/account/tokens", name="a\0b").status_code == 400
    assert operator.get("/admin/stores?search=%00").status_code == 400
    too_many = {f"part{number}": "x" for number in range(1_200)}
    answer = operator.client.post(
        "/admin/account/tokens", data=too_many, content_type="multipart/form-data", base_url=BASE
    )
    assert answer.status_code == 413
