"""An advertiser's consent: a code is exchanged for a token, whose accounts are listed, or which is revoked.

The advertiser may grant less than was requested: read `scopes` and `advertiser_ids`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin

from receiver.errors import ProviderError
from receiver.integrations.tiktok.calls import App, Get, Post
from receiver.integrations.tiktok.codes import DUPLICATE
from receiver.integrations.tiktok.schemas import AuthorisedList, ConsentReply, RevocationReply, UserInfo, load


@dataclass(frozen=True)
class Consent:
    """An advertiser's grant. The token lives until it is revoked; there is nothing to refresh."""

    access_token: str = field(repr=False)
    scopes: frozenset[int]
    advertiser_ids: tuple[str, ...]


@dataclass(frozen=True)
class AuthorisedAdvertiser:
    """An ad account that a token reaches; `name` None: TikTok did not say."""

    advertiser_id: str
    name: str | None


def consent_url(base_url: str, app: App, state: str, redirect_uri: str) -> str:
    """Return the address of TikTok's consent page, which leads back with `auth_code` and `state`."""
    query = {"app_id": app.id, "state": state, "redirect_uri": redirect_uri}
    return f"{urljoin(base_url, '/portal/auth')}?{urlencode(query)}"


def exchange_code(post: Post, app: App, auth_code: str) -> Consent:
    """Exchange a code, valid once and for an hour, for its consent; a stale one raises with REAUTHORISE."""
    reply = load(ConsentReply(), post("oauth2/access_token", {**app.credentials(), "auth_code": auth_code}))
    return Consent(
        access_token=reply["access_token"],
        scopes=frozenset(int(number) for number in reply["scope"]),
        advertiser_ids=tuple(reply["advertiser_ids"]),
    )


def consenting_user(get: Get) -> str | None:
    """Return the id of the token's TikTok user, None where TikTok does not say."""
    user_id: str | None = load(UserInfo(), get("user/info", {}))["core_user_id"]
    return user_id


def revoke_token(post: Post, app: App, token: str) -> list[str]:
    """Revoke a token; return the ids that lost access, none where another call is revoking it."""
    try:
        reply = post("oauth2/revoke_token", {**app.credentials(), "access_token": token})
    except ProviderError as error:
        if error.code != DUPLICATE:
            raise
        return []
    ids: list[str] = load(RevocationReply(), reply)["advertiser_ids"]
    return ids


def authorised_advertisers(get: Get, app: App) -> list[AuthorisedAdvertiser]:
    """Return the ad accounts that the token reaches."""
    rows = load(AuthorisedList(), get("oauth2/advertiser/get", app.credentials()))["list"]
    return [AuthorisedAdvertiser(row["advertiser_id"], row["advertiser_name"]) for row in rows]
