"""Members of staff as tests need them: signed in to the console, or with a token for the API."""

from __future__ import annotations

import re
from contextlib import suppress
from html import unescape
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
    """Add a member of staff with this role unless there is one; return the e-mail address."""
    email = f"{role}@staff.example"
    with suppress(Refused):
        add_staff(container, email=email, role=Role(role), password=PASSWORD, actor="test")
    return email


def staff_token(container: Container, role: str = "operator", name: str = "test") -> dict[str, str]:
    """Return the headers that carry a new API token of a member of staff with this role."""
    token = make_token(container, email=keep_staff(container, role), name=name, actor="test")
    return {"Authorization": f"Bearer {token.text}"}


def preview_token(page: TestResponse) -> str:
    """Return the token that the form of a preview carries: only what the preview showed is then saved."""
    match = re.search(r'name="seen" value="(\w*)"', page.text)
    assert match is not None
    return match[1]


class Console:
    """A browser of a member of staff, or of nobody (`role=None`); each form is sent with its CSRF token."""

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
        """Count the SQL statements of a page that was opened once before, so that caches are warm."""
        self.get(path)
        statements: list[Any] = []
        engine = self._container.database.engine

        def record_statement(*arguments: Any) -> None:
            statements.append(arguments[2])

        event.listen(engine, "before_cursor_execute", record_statement)
        answer = self.get(path)
        event.remove(engine, "before_cursor_execute", record_statement)
        assert answer.status_code == 200, answer.status_code
        return len(statements)

    def send(self, path: str, method: str, **form: Any) -> TestResponse:
        """Send a request; unless it is a GET, with the form and its CSRF token."""
        body = {} if method == "GET" else {"data": {"csrf": self.csrf(), **form}}
        return self.client.open(path, method=method, base_url=BASE, **body)

    def csrf(self) -> str:
        """Return the CSRF token of the session, or before there is one that of the sign-in page."""
        with self.client.session_transaction(base_url=BASE) as session:
            if "csrf" in session:
                return str(session["csrf"])
        match = re.search(r'name="csrf" value="([^"]+)"', self.get("/admin/sign-in").text)
        assert match is not None
        return match[1]


def text_of(page: str) -> str:
    """Return the text of a page, without tags, each run of white space as one space."""
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", page)))
