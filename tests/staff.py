"""Members of staff as tests need them: signed in to the console, or with a token for the API."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from receiver.app import create_app
from receiver.container import Container
from receiver.domain.staff import Role
from receiver.errors import Refused
from receiver.services.staff.members import add_staff
from receiver.services.staff.tokens import make_token

PASSWORD = "correct-horse-battery"
BASE = "https://credit.example"


def keep_staff(container: Container, role: str = "operator") -> str:
    """The address of somebody with this role, who may be there already."""
    email = f"{role}@staff.example"
    with suppress(Refused):
        add_staff(
            container.database, container.now(), email=email, role=Role(role), password=PASSWORD, actor="test"
        )
    return email


def staff_token(container: Container, role: str = "operator", name: str = "test") -> dict[str, str]:
    """The headers of a new token of somebody with this role; hand them to a test client."""
    made = make_token(
        container.database, container.now(), email=keep_staff(container, role), name=name, actor="test"
    )
    return {"Authorization": f"Bearer {made.text}"}


def preview_token(page: TestResponse) -> str:
    """What the form of a preview carries, so that only what it showed is kept."""
    found = re.search(r'name="seen" value="(\w*)"', page.text)
    assert found is not None
    return found[1]


class Console:
    """Somebody with a browser: signed in, sending each form with its token."""

    def __init__(self, container: Container, role: str | None = "operator") -> None:
        self._container = container
        self.client: FlaskClient = create_app(container=container).test_client()
        if role:
            self.sign_in(keep_staff(container, role))

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/admin/sign-in", email=email, password=password)

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=BASE)

    def post(self, path: str, **form: Any) -> TestResponse:
        return self.send(path, "POST", **form)

    def count_queries(self, path: str) -> int:
        """How often the database is asked for a page that was opened before: what is cached stands."""
        self.get(path)
        asked: list[Any] = []
        engine = self._container.database.engine

        def one_more(*told: Any) -> None:
            asked.append(told[2])

        event.listen(engine, "before_cursor_execute", one_more)
        answer = self.get(path)
        event.remove(engine, "before_cursor_execute", one_more)
        assert answer.status_code == 200, answer.status_code
        return len(asked)

    def send(self, path: str, method: str, **form: Any) -> TestResponse:
        """With a form, its token, where the method is not GET."""
        sent = {} if method == "GET" else {"data": {"csrf": self.csrf(), **form}}
        return self.client.open(path, method=method, base_url=BASE, **sent)

    def csrf(self) -> str:
        """Of the session; before it has one, of the sign-in page, which has a form whoever looks at it."""
        with self.client.session_transaction(base_url=BASE) as session:
            if "csrf" in session:
                return str(session["csrf"])
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/admin/sign-in").text)
        assert found is not None
        return found[1]
