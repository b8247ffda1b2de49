"""Sign-in, sign-out, the CSRF token, and the guards that every other page of the console uses."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import TypeVar

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from receiver.container import current_container
from receiver.domain.staff import Role
from receiver.errors import InputError
from receiver.services.staff.sign_in import Visitor, sign_in
from receiver.web.admin.next_page import SAFE, next_page, redirect_to_sign_in, requested_page
from receiver.web.admin.session import (
    begin_session,
    current_person,
    end_session,
    trust_device,
    trusted_device,
)
from receiver.web.audience import CONSOLE, lies_in

Page = TypeVar("Page", bound=Callable[..., object])

sign_in_pages = Blueprint("sign_in", __name__, url_prefix="/admin", template_folder="templates")


def staff_only(page: Page) -> Page:
    """Restrict a view to people who are signed in with a password of their own.

    Others are redirected to the sign-in, or to the choice of a password.
    """

    @wraps(page)
    def guarded(*args: object, **kwargs: object) -> object:
        g.person = current_person()
        if g.person is None:
            return redirect_to_sign_in()
        if g.person.password_is_one_time and not request.path.startswith(url_for("account.password")):
            return redirect(url_for("account.password", next=requested_page()))
        return page(*args, **kwargs)

    return guarded  # type: ignore[return-value]  # wraps keeps the type


def operators_only(page: Page) -> Page:
    """Restrict a view to operators."""

    @wraps(page)
    def guarded(*args: object, **kwargs: object) -> object:
        if g.person.role != Role.OPERATOR:
            abort(403)
        return page(*args, **kwargs)

    return staff_only(guarded)  # type: ignore[return-value]  # wraps keeps the type


def csrf_token() -> str:
    """Return the CSRF token of this session, created on first use."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


@sign_in_pages.before_app_request
def _check_csrf() -> AnyResponse | None:
    """Check the CSRF token of each request that changes something in the console, so that no view has to.

    Where the session ended while the form was open, redirect to sign in and back to the form's page.
    """
    if request.method in SAFE or not lies_in(request.path, CONSOLE):
        return None
    form_token, session_token = request.form.get("csrf", ""), str(session.get("csrf", ""))
    if session_token and hmac.compare_digest(form_token.encode(), session_token.encode()):
        return None
    if "secret" not in session and request.endpoint not in ("sign_in.enter", "sign_in.leave"):
        return redirect_to_sign_in()
    raise InputError("this form is too old; go back, reload and try again")


@sign_in_pages.app_context_processor
def _for_templates() -> dict[str, object]:
    return {"csrf_token": csrf_token}


@sign_in_pages.get("/sign-in")
def show() -> str:
    """Show the sign-in page."""
    return render_template("sign_in.html")


@sign_in_pages.post("/sign-in")
def enter() -> AnyResponse | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Sign a person in; refuse a wrong password, and too many attempts with the time to wait."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    container, visitor = current_container(), Visitor(request.remote_addr or "", trusted_device(email))
    entry = sign_in(container, email=email, password=password, visitor=visitor)
    if entry.wait:
        seconds = ceil(entry.wait.total_seconds())
        return render_template("sign_in.html", wait=seconds), 429, {"Retry-After": str(seconds)}
    if entry.person is None or not begin_session(entry.person):
        return render_template("sign_in.html", refused=True), 401
    answer = redirect(next_page() or url_for("console_overview.show"))
    trust_device(answer, entry.person)
    return answer


@sign_in_pages.post("/sign-out")
def leave() -> AnyResponse:
    """Sign the person out."""
    end_session()
    return redirect(url_for("sign_in.show"))
