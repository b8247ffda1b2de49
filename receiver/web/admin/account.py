"""The page of one's own account: password, sessions, time zone, and personal tokens for the API."""

from __future__ import annotations

from zoneinfo import available_timezones

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.container import current_container
from receiver.domain.sign_in import TOKEN_EXPIRES_SOON
from receiver.errors import InputError, Refused
from receiver.services.staff.account import choose_password, choose_zone, sign_out_everywhere
from receiver.services.staff.passwords import SHORTEST
from receiver.services.staff.tokens import (
    DAYS,
    LONGEST_NAME,
    MOST_DAYS,
    NewToken,
    make_token,
    page_of_tokens,
    revoke_token,
)
from receiver.web.admin.filters import refusal
from receiver.web.admin.next_page import next_page
from receiver.web.admin.session import begin_session, end_session
from receiver.web.admin.sign_in import staff_only

account_pages = Blueprint("account", __name__, url_prefix="/admin/account", template_folder="templates")

PASSWORDS = ("current", "new", "again")
CONFIRMATIONS = {
    "password": "Password changed. You are signed out everywhere else.",
    "zone": "Time zone saved.",
}


@account_pages.get("")
@staff_only
def show() -> str:
    """Show the account page of the person who is signed in."""
    return _page()


@account_pages.post("/tokens")
@staff_only
def make() -> str | tuple[str, int]:
    """Create an API token and show it on this very page: once only, and kept nowhere on the way."""
    container = current_container()
    try:
        new_token = make_token(
            container,
            email=g.person.email,
            name=request.form.get("name", ""),
            actor=g.person.email,
            days=days_in(request.form.get("days", "")),
        )
    except (InputError, Refused) as error:
        return _page(refused=refusal(error)), 400
    return _page(new_token=new_token)


@account_pages.post("/tokens/<int:token_id>/revoke")
@staff_only
def revoke(token_id: int) -> Response:
    """Revoke a token of the person who is signed in."""
    container = current_container()
    revoke_token(container, token_id, actor=g.person.email, staff_id=g.person.id)
    return redirect(url_for("account.show"))


@account_pages.get("/password")
@staff_only
def password() -> str:
    """Show the form that replaces the password."""
    return render_template("password.html", shortest=SHORTEST)


@account_pages.post("/password")
@staff_only
def replace_password() -> Response | tuple[str, int]:
    """Replace the password; end all sessions but this one, which continues under a new id."""
    container, (current, new, again) = current_container(), (request.form.get(name, "") for name in PASSWORDS)
    try:
        if new != again:
            raise InputError("the two new passwords differ")
        person = choose_password(container, g.person.id, current=current, new=new)
    except (InputError, Refused) as error:
        return render_template("password.html", shortest=SHORTEST, refused=refusal(error)), 400
    begin_session(person)
    return redirect(next_page() or url_for("account.show", saved="password"))


@account_pages.post("/sign-out-everywhere")
@staff_only
def end_all_sessions() -> Response:
    """End all sessions of the person who is signed in."""
    sign_out_everywhere(current_container(), g.person.id)
    end_session()
    return redirect(url_for("sign_in.show"))


@account_pages.post("/zone")
@staff_only
def set_zone() -> Response:
    """Store the time zone in which the person reads times."""
    choose_zone(current_container(), g.person.id, request.form.get("zone", ""))
    return redirect(url_for("account.show", saved="zone"))


def _zones_by_region() -> dict[str, list[str]]:
    """Return the zones under the first part of their names; those without parts, such as UTC, first."""
    regions: dict[str, list[str]] = {"UTC and others": []}
    for zone in sorted(available_timezones()):
        region, _, place = zone.partition("/")
        regions.setdefault(region if place else "UTC and others", []).append(zone)
    return regions


def days_in(text: str) -> int:
    """Return a number of days that was typed; 0, which is refused, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _page(*, new_token: NewToken | None = None, refused: str = "") -> str:
    tokens = page_of_tokens(current_container().database, staff_id=g.person.id, limit=0).rows
    return render_template(
        "account.html",
        tokens=tokens,
        revoke_addresses={token.id: url_for("account.revoke", token_id=token.id) for token in tokens},
        longest_name=LONGEST_NAME,
        days=DAYS,
        most_days=MOST_DAYS,
        now=current_container().now(),
        soon=TOKEN_EXPIRES_SOON,
        zones=_zones_by_region(),
        message=CONFIRMATIONS.get(request.args.get("saved", "")),
        new_token=new_token,
        refused=refused,
    )
