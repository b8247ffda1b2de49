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
NEEDED = ("app_id", "state", "redirect_uri")
PERMISSIONS = {  # told as TikTok tells them: by a parent where all that hangs under it was granted
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
TICK = Markup('<label><input type="checkbox" name="{name}" value="{value}"{ticked}> {label}</label>')


def portal(
    asked: Request, accounts: Collection[SandboxAccount], consents: Consents, now: datetime
) -> AnyResponse:
    """The page; or, once it is answered, the way back to the app: without a code where somebody cancelled."""
    given = {name: asked.args.get(name, "") for name in NEEDED}
    if not all(given.values()) or urlsplit(given["redirect_uri"]).scheme not in ("http", "https"):
        return page(TITLE, f"{', '.join(NEEDED)} are required.", 400)
    if asked.method != "POST":
        return _page(given["app_id"], accounts)
    back = {"state": given["state"]}
    if asked.form.get("answer") == "allow":
        scopes = [number for name in asked.form.getlist("permission") for number in PERMISSIONS.get(name, ())]
        grant = Grant(tuple(asked.form.getlist("account")), tuple(scopes), now)
        back["auth_code"] = consents.grant(grant.token, now)
    return redirect(f"{given['redirect_uri']}?{urlencode(back)}")


def _page(app_id: str, accounts: Collection[SandboxAccount]) -> Response:
    shown = [
        TICK.format(
            name="account",
            value=account.advertiser_id,
            ticked="",
            label=f"{account.name} ({account.advertiser_id})",
        )
        for account in sorted(accounts, key=lambda item: item.name)
    ]
    asked = [
        TICK.format(name="permission", value=name, ticked=Markup(" checked"), label=name)
        for name in PERMISSIONS
    ]
    parts = {"accounts": Markup().join(shown), "permissions": Markup().join(asked)}
    return page(TITLE, FORM.format(app_id=app_id, **parts))
