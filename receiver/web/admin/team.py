"""Pages of the team: operators invite people, change roles, end access, and see tokens."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.clock import utc_now
from receiver.container import current_container
from receiver.domain.sign_in import TOKEN_EXPIRES_SOON
from receiver.domain.staff import Role
from receiver.errors import InputError, Refused
from receiver.services.staff.members import (
    add_staff,
    change_role,
    get_member,
    list_staff,
    remove_staff,
    set_password,
)
from receiver.services.staff.passwords import new_password
from receiver.services.staff.records import StaffMember
from receiver.services.staff.tokens import (
    DAYS,
    LONGEST_NAME,
    MOST_DAYS,
    NewToken,
    make_token_for,
    page_of_tokens,
    revoke_token,
)
from receiver.services.validation import require_choice
from receiver.web.admin.account import days_in
from receiver.web.admin.sign_in import operators_only, staff_only

team_pages = Blueprint("team", __name__, url_prefix="/admin/team", template_folder="templates")

Answer = str | tuple[str, int] | Response


@team_pages.get("")
@staff_only
def show() -> str:
    """List the staff; only operators see their sessions and tokens."""
    return _list_page()


@team_pages.post("/invite")
@operators_only
def invite() -> Answer:
    """Add a person with a one-time password, shown on the page itself once and stored only as a hash."""
    container, password = current_container(), new_password()
    try:
        person = add_staff(
            container,
            email=request.form.get("email", ""),
            role=require_choice(Role, request.form.get("role", ""), "role"),
            password=password,
            actor=g.person.email,
            one_time=True,
        )
    except (InputError, Refused) as error:
        return _list_page(refused=str(error)), _status(error)
    return _list_page(invited=person, password=password)


@team_pages.get("/<int:staff_id>")
@operators_only
def member(staff_id: int) -> str:
    """Show a person of the staff with what operators can change."""
    return _member_page(staff_id)


@team_pages.post("/<int:staff_id>/role")
@operators_only
def role(staff_id: int) -> Answer:
    """Change the role of a person."""
    container, person = current_container(), _person(staff_id)
    try:
        new_role = require_choice(Role, request.form.get("role", ""), "role")
        change_role(container, email=person.email, role=new_role, actor=g.person.email)
    except (InputError, Refused) as error:
        return _member_page(staff_id, refused=str(error)), _status(error)
    # Who is no longer an operator may not see this page either.
    return redirect(
        url_for("team.show") if staff_id == g.person.id else url_for(".member", staff_id=staff_id)
    )


@team_pages.post("/<int:staff_id>/password")
@operators_only
def password(staff_id: int) -> str:
    """Set a one-time password for a person, shown on the page itself once."""
    container, person, new = current_container(), _person(staff_id), new_password()
    set_password(
        container,
        email=person.email,
        password=new,
        actor=g.person.email,
        one_time=True,
    )
    return _member_page(staff_id, password=new)


@team_pages.post("/<int:staff_id>/end")
@operators_only
def end(staff_id: int) -> Answer:
    """End the access of a person."""
    container, person = current_container(), _person(staff_id)
    try:
        if request.form.get("confirm") != "yes":
            raise InputError("Tick that you mean it.")
        remove_staff(container, email=person.email, actor=g.person.email)
    except (InputError, Refused) as error:
        return _member_page(staff_id, refused=str(error)), _status(error)
    return redirect(url_for("team.show", ended=person.email))


@team_pages.post("/<int:staff_id>/tokens")
@operators_only
def make(staff_id: int) -> Answer:
    """Create an API token for a person, shown on the page itself once."""
    container, person = current_container(), _person(staff_id)
    try:
        new_token = make_token_for(
            container,
            g.person,
            email=person.email,
            name=request.form.get("name", ""),
            days=days_in(request.form.get("days", "")),
        )
    except (InputError, Refused) as error:
        return _member_page(staff_id, refused=str(error)), _status(error)
    return _member_page(staff_id, new_token=new_token)


@team_pages.post("/<int:staff_id>/tokens/<int:token_id>/revoke")
@operators_only
def revoke(staff_id: int, token_id: int) -> Response:
    """Revoke an API token of a person."""
    container = current_container()
    revoke_token(container, token_id, actor=g.person.email, staff_id=staff_id)
    return redirect(url_for(".member", staff_id=staff_id, _anchor="tokens"))


def _person(staff_id: int) -> StaffMember:
    return get_member(current_container().database, staff_id)


def _status(error: InputError | Refused) -> int:
    return 400 if isinstance(error, InputError) else 409


def _list_page(*, invited: StaffMember | None = None, password: str = "", refused: str = "") -> str:
    container = current_container()
    return render_template(
        "team.html",
        team=list_staff(container, real_now=utc_now(), limit=0),
        roles=Role,
        invited=invited,
        password=password,
        sign_in_page=container.settings.public_url + url_for("sign_in.show"),
        refused=refused,
    )


def _member_page(
    staff_id: int, *, new_token: NewToken | None = None, password: str = "", refused: str = ""
) -> str:
    container, person = current_container(), _person(staff_id)
    tokens = page_of_tokens(container.database, staff_id=staff_id, limit=0).rows
    return render_template(
        "team_member.html",
        person=person,
        roles=Role,
        tokens=tokens,
        revoke_addresses={
            token.id: url_for("team.revoke", staff_id=staff_id, token_id=token.id) for token in tokens
        },
        may_make_token=staff_id == g.person.id or person.role is Role.VIEWER,
        longest_name=LONGEST_NAME,
        days=DAYS,
        most_days=MOST_DAYS,
        now=container.now(),
        soon=TOKEN_EXPIRES_SOON,
        new_token=new_token,
        password=password,
        sign_in_page=container.settings.public_url + url_for("sign_in.show"),
        refused=refused,
    )
