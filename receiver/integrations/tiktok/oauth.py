"""An advertiser's consent: a code becomes a token, a token tells its accounts or is given back.

What is granted is what the advertiser ticked, not what was asked for: read `scopes` and `advertiser_ids`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin

from receiver.errors import ProviderError
from receiver.integrations.tiktok.calls import App, Get, Post
from receiver.integrations.tiktok.codes import DUPLICATE
from receiver.integrations.tiktok.schemas import AuthorisedList, Consented, Revoked, UserInfo, load


@dataclass(frozen=True)
class Consent:
    """An advertiser's grant. The token lives until it is revoked; there is nothing to refresh."""

    access_token: str = field(repr=False)
    scopes: frozenset[int]
    advertiser_ids: tuple[str, ...]


@dataclass(frozen=True)
class Authorised:
    """An ad account a token reaches; `name` None is "TikTok did not say"."""

    advertiser_id: str
    name: str | None


def consent_url(base_url: str, app: App, state: str, redirect_uri: str) -> str:
    """Return TikTok's consent page on the API's host; it leads back with `auth_code` and `state`."""
    query = {"app_id": app.id, "state": state, "redirect_uri": redirect_uri}
    return f"{urljoin(base_url, '/portal/auth')}?{urlencode(query)}"


def exchange_code(post: Post, app: App, auth_code: str) -> Consent:
    """Exchange a code, valid once and for an hour, for its consent; a stale one says REAUTHORISE."""
    found = load(Consented(), post("oauth2/access_token", {**app.named(), "auth_code": auth_code}))
    return Consent(
        access_token=found["access_token"],
        scopes=frozenset(int(number) for number in found["scope"]),
        advertiser_ids=tuple(found["advertiser_ids"]),
    )


def consenting_user(get: Get) -> str | None:
    """Return the id of the token's TikTok user, None where TikTok does not say."""
    user_id: str | None = load(UserInfo(), get("user/info", {}))["core_user_id"]
    return user_id


def revoke_token(post: Post, app: App, token: str) -> list[str]:
    """Give a token back; the ids that lost access, none where another call has done it already."""
    try:
        reply = post("oauth2/revoke_token", {**app.named(), "access_token": token})
    except ProviderError as error:
        if error.code != DUPLICATE:
            raise
        return []
    ids: list[str] = load(Revoked(), reply)["advertiser_ids"]
    return ids


def authorised_advertisers(get: Get, app: App) -> list[Authorised]:
    """Return the ad accounts that the token reaches."""
    rows = load(AuthorisedList(), get("oauth2/advertiser/get", app.named()))["list"]
    return [Authorised(row["advertiser_id"], row["advertiser_name"]) for row in rows]
