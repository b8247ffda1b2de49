"""TikTok's return codes as a table: what each means for people, and what to do about it.

Source: "Return codes" of the API for Business portal (id 1737172488964097).
"""

from __future__ import annotations

from dataclasses import dataclass

from receiver.errors import Advice

OK = 0
PARTLY_OK = 20001
WRONG_PARAMETER = 40002
DUPLICATE = 40050
APP_BLOCKED = 40113
TOKEN_EXPIRED = 40102
NOT_THERE = frozenset({40007, 40300, 40301})  # the requested ad account does not exist


@dataclass(frozen=True)
class Meaning:
    """The meaning of a code in a few words, and the advice that follows."""

    words: str
    advice: Advice


_AGAIN, _CONSENT = Advice.AGAIN, Advice.REAUTHORISE
_OURS, _GIVE_UP = Advice.CONFIGURATION, Advice.GIVE_UP

MEANINGS: dict[int, Meaning] = {
    # Half an answer would be stored as if it were whole, so it is requested again instead.
    PARTLY_OK: Meaning("only partly successful", _AGAIN),
    # Limits
    40016: Meaning("the app's call limit is reached", Advice.PAUSE_APP),
    40100: Meaning("the app's call limit is reached", Advice.PAUSE_APP),
    40132: Meaning("the call limit for a field's value is reached", _AGAIN),
    40133: Meaning("this ad account's call limit is reached", Advice.PAUSE_ADVERTISER),
    # Consent
    40101: Meaning("the authorisation code or app secret was refused", _CONSENT),
    TOKEN_EXPIRED: Meaning("the access token has expired", _CONSENT),
    40105: Meaning("the access token is wrong or was revoked", _CONSENT),
    40110: Meaning("the authorisation code was used, cancelled or is too old", _CONSENT),
    40115: Meaning("the authorisation code was used, cancelled or is too old", _CONSENT),
    # The object: this link cannot work as it stands
    40001: Meaning("no permission for this ad account", _GIVE_UP),
    40106: Meaning("the access token does not fit this ad account", _GIVE_UP),
    40119: Meaning("the access token does not fit this ad account", _GIVE_UP),
    40007: Meaning("the object does not exist", _GIVE_UP),
    40300: Meaning("the ad account does not exist", _GIVE_UP),
    40301: Meaning("the ad account does not exist", _GIVE_UP),
    # Our settings or code
    40000: Meaning("a parameter is wrong", _OURS),
    WRONG_PARAMETER: Meaning("a parameter is wrong, or metric and dimension do not fit together", _OURS),
    40006: Meaning("a parameter or the API version is wrong", _OURS),
    40051: Meaning("a parameter or the API version is wrong", _OURS),
    40008: Meaning("not implemented", _OURS),
    40009: Meaning("not implemented", _OURS),
    40013: Meaning("not available in TikTok's sandbox", _OURS),
    40014: Meaning("not available in TikTok's sandbox", _OURS),
    40011: Meaning("too many ids in one call", Advice.NARROW),
    40103: Meaning("refreshing does not apply to this kind of token", _OURS),
    40107: Meaning("refreshing does not apply to this kind of token", _OURS),
    40108: Meaning("refreshing does not apply to this kind of token", _OURS),
    40104: Meaning("the access token's header is missing", _OURS),
    APP_BLOCKED: Meaning("the app is blocked, or its id or secret is wrong", _OURS),
    40118: Meaning("the app is not on TikTok's allowlist for this", _OURS),
    40125: Meaning("the developer lacks permission for this", _OURS),
    41000: Meaning("calls from this country are blocked", _OURS),
    # Temporary faults. A read can be repeated; to a call that revokes or ends it means "done already".
    DUPLICATE: Meaning("the same request is already under way", _AGAIN),
    40200: Meaning("the task is not ready", _AGAIN),
    40201: Meaning("the task is not ready", _AGAIN),
    40202: Meaning("another write is under way", _AGAIN),
    40700: Meaning("an inner check failed", _AGAIN),
    50000: Meaning("a fault at TikTok", _AGAIN),
    50002: Meaning("a fault at TikTok", _AGAIN),
    51305: Meaning("a fault at TikTok", _AGAIN),
    60001: Meaning("TikTok is under maintenance", _AGAIN),
}


def meaning_of(code: int) -> Meaning:
    """Return the meaning of a code, including unknown ones.

    5xxxx and 6xxxx are TikTok's own, temporary faults. Any other unknown code is taken for our fault: that
    alerts someone, does not call in a loop, and does not blame the merchant's consent.
    """
    if meaning := MEANINGS.get(code):
        return meaning
    if code // 10_000 in (5, 6):
        return Meaning("a fault at TikTok that is new to us", _AGAIN)
    return Meaning("a code that is new to us", _OURS)
