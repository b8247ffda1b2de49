"""The fake's consent page: which ad accounts and permissions an app gets is what its advertiser ticks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from flask import Request, Response, redirect
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from receiver.sandbox.html_page import page
from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.consent import Consents, Grant

PORTAL = "/portal/auth"
TITLE = "TikTok for Business (a stand-in)"
REQUIRED = ("app_id", "state", "redirect_uri")
PERMISSIONS = {  # scopes as TikTok reports them: by the parent where all of its children were granted
    "Reporting": (4,),
    "Read Ad Account Information": (10,),
    "Ad Account Balance and Transaction": (15,),
    "Read Campaigns": (200,),
}
FORM = Markup("""<p>The app {app_id} asks to read your ad accounts.</p>
<form method="post">
<fieldset><legend>Ad accounts</legend>{accounts}</fieldset>
<fieldset><legend>Permissions</legend>{permissions}</fieldset>
<p><button class="button" name="answer" value="allow">Allow</button>
<button class="button" name="answer" value="cancel">Cancel</button></p>
</form>""")
CHECKBOX = Markup('<label><input type="checkbox" name="{name}" value="{value}"{ticked}> {label}</label>')


def portal(
    request: Request, accounts: Collection[SandboxAccount], consents: Consents, now: datetime
) -> AnyResponse:
    """Show the consent page or, once it is answered, redirect to the app; a cancel carries no code."""
    parameters = {name: request.args.get(name, "") for name in REQUIRED}
    if not all(parameters.values()) or urlsplit(parameters["redirect_uri"]).scheme not in ("http", "https"):
        return page(TITLE, f"{', '.join(REQUIRED)} are required.", 400)
    if request.method != "POST":
        return _page(parameters["app_id"], accounts)
    back = {"state": parameters["state"]}
    if request.form.get("answer") == "allow":
        scopes = [
            number for name in request.form.getlist("permission") for number in PERMISSIONS.get(name, ())
        ]
        grant = Grant(tuple(request.form.getlist("account")), tuple(scopes), now)
        back["auth_code"] = consents.grant(grant.token, now)
    return redirect(f"{parameters['redirect_uri']}?{urlencode(back)}")


def _page(app_id: str, accounts: Collection[SandboxAccount]) -> Response:
    account_boxes = [
        CHECKBOX.format(
            name="account",
            value=account.advertiser_id,
            ticked="",
            label=f"{account.name} ({account.advertiser_id})",
        )
        for account in sorted(accounts, key=lambda item: item.name)
    ]
    permission_boxes = [
        CHECKBOX.format(name="permission", value=name, ticked=Markup(" checked"), label=name)
        for name in PERMISSIONS
    ]
    parts = {"accounts": Markup().join(account_boxes), "permissions": Markup().join(permission_boxes)}
    return page(TITLE, FORM.format(app_id=app_id, **parts))
