"""The fake's consents: codes that serve once and for an hour, and tokens that were given back."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.report import NO_PERMISSION, Refusal, require

USED_CODE = 40110
CODE_LASTS = timedelta(hours=1)
SCOPES = (4, 44, 100, 200)  # Reporting and its Consolidated Report, Read Ad Account Information, Campaigns
REPORTS, ACCOUNT, FINANCE = 44, 100, 152
GIVEN_BY = {REPORTS: {4, 44}, ACCOUNT: {1, 10, 100}, FINANCE: {1, 15, 152}}  # a parent gives its children
GRANTED = "granted."


@dataclass(frozen=True)
class Grant:
    """A merchant's choice on the consent page, with its time. It stands in its token: nothing is kept."""

    advertiser_ids: tuple[str, ...]
    scopes: tuple[int, ...]
    at: datetime

    def gives(self, scope: int) -> bool:
        return not GIVEN_BY[scope].isdisjoint(self.scopes)

    @property
    def token(self) -> str:
        grant = json.dumps([self.advertiser_ids, self.scopes, self.at.isoformat()])
        return GRANTED + base64.urlsafe_b64encode(grant.encode()).decode()


class Consents:
    """Kept in memory: a fake that starts anew knows no code, and reaches every account again."""

    def __init__(self) -> None:
        self._codes: dict[str, tuple[str, datetime]] = {}
        self._revoked: set[str] = set()
        self._lock = Lock()

    def grant(self, token: str, now: datetime) -> str:
        """The code for a token, as the consent page hands it to the app's address."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = (token, now)
        return code

    def exchange(
        self, accounts: Collection[SandboxAccount], body: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """The `data` of an answer; raises Refusal."""
        named(body)
        code = body.get("auth_code")
        with self._lock:
            token, granted_at = self._codes.pop(code, ("", now)) if isinstance(code, str) else ("", now)
            if not token or now - granted_at > CODE_LASTS:
                raise Refusal(USED_CODE, "The authorization code is no longer valid.")
            self._revoked.discard(token)
        ids = [account.advertiser_id for account in self.reached_by(token, accounts, now)]
        return {"access_token": token, "scope": self._scopes(token, accounts), "advertiser_ids": ids}

    def revoke(self, reached: Collection[SandboxAccount], body: Mapping[str, Any]) -> dict[str, Any]:
        """The `data` of an answer; `reached` are the accounts of the body's token."""
        named(body)
        with self._lock:
            self._revoked.add(str(body["access_token"]))
        return {"app_id": body["app_id"], "advertiser_ids": [item.advertiser_id for item in reached]}

    def reached_by(
        self, token: str, accounts: Iterable[SandboxAccount], now: datetime
    ) -> list[SandboxAccount]:
        """The accounts of a token, without those whose advertiser took the consent back since."""
        if token in self._revoked:
            return []
        grant = _read(token)
        if grant is None:
            mine = (
                account for account in accounts if hmac.compare_digest(account.token.encode(), token.encode())
            )
            return [item for item in mine if item.revoked_at is None or now < item.revoked_at]
        finance = grant.gives(FINANCE)
        return [
            replace(account, reads_finance=account.reads_finance and finance)
            for account in accounts
            if account.advertiser_id in grant.advertiser_ids
            and (account.revoked_at is None or not grant.at < account.revoked_at <= now)
        ]

    def require_scope(self, token: str, scope: int) -> None:
        """Raises Refusal where the advertiser did not tick it; a token of no consent page may all of it."""
        grant = _read(token)
        if grant is not None and not grant.gives(scope):
            raise Refusal(NO_PERMISSION, f"No permission: scope {scope} is not granted.")

    def _scopes(self, token: str, accounts: Iterable[SandboxAccount]) -> list[int]:
        grant = _read(token)
        if grant is not None:
            return sorted(grant.scopes)
        finance = any(account.reads_finance for account in accounts if account.token == token)
        return sorted([*SCOPES, *([FINANCE] if finance else [])])


def _read(token: str) -> Grant | None:
    """None for a token that no consent page gave."""
    if not token.startswith(GRANTED):
        return None
    try:
        ids, scopes, at = json.loads(base64.urlsafe_b64decode(token.removeprefix(GRANTED)))
        return Grant(tuple(ids), tuple(scopes), datetime.fromisoformat(at))
    except (ValueError, TypeError):
        return None


def named(given: Mapping[str, Any]) -> None:
    """Raises Refusal where the app does not say who it is."""
    are_given = all(isinstance(given.get(name), str) and given[name] for name in ("app_id", "secret"))
    require(are_given, "app_id and secret are required")
