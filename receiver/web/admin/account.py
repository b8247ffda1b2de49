"""One's own account: personal tokens for the API."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from receiver.errors import InputError, Refused
from receiver.services.staff.tokens import LONGEST_NAME, NewToken, make_token, revoke_token, tokens_of
from receiver.web.admin.sign_in import staff_only
from receiver.wiring import wiring

account_pages = Blueprint("account", __name__, url_prefix="/admin/account", template_folder="templates")


@account_pages.get("")
@staff_only
def show() -> str:
    return _page()


@account_pages.post("/tokens")
@staff_only
def make() -> str | tuple[str, int]:
    """Answers with the page itself: the token is shown this once, and kept nowhere on the way."""
    parts = wiring()
    try:
        made = make_token(
            parts.database,
            parts.now(),
            email=g.person.email,
            name=request.form.get("name", ""),
            actor=g.person.email,
        )
    except (InputError, Refused) as error:
        return _page(refused=str(error)), 400
    return _page(made=made)


@account_pages.post("/tokens/<int:token_id>/revoke")
@staff_only
def revoke(token_id: int) -> Response:
    parts = wiring()
    revoke_token(parts.database, parts.now(), token_id, actor=g.person.email, staff_id=g.person.id)
    return redirect(url_for("account.show"))


def _page(*, made: NewToken | None = None, refused: str = "") -> str:
    return render_template(
        "account.html",
        tokens=tokens_of(wiring().database, g.person.id),
        longest_name=LONGEST_NAME,
        made=made,
        refused=refused,
    )
