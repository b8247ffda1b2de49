"""The fake's consents: codes that serve once and for an hour, and tokens that were revoked."""

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
GRANTING_SCOPES = {
    REPORTS: {4, 44},
    ACCOUNT: {1, 10, 100},
    FINANCE: {1, 15, 152},
}  # a parent grants its children
GRANT_PREFIX = "granted."


@dataclass(frozen=True)
class Grant:
    """A merchant's choice on the consent page, with its time. Its token holds it: nothing is stored."""

    advertiser_ids: tuple[str, ...]
    scopes: tuple[int, ...]
    at: datetime

    def includes(self, scope: int) -> bool:
        """Return whether the scope was granted, by itself or by a parent."""
        return not GRANTING_SCOPES[scope].isdisjoint(self.scopes)

    @property
    def token(self) -> str:
        grant = json.dumps([self.advertiser_ids, self.scopes, self.at.isoformat()])
        return GRANT_PREFIX + base64.urlsafe_b64encode(grant.encode()).decode()


class Consents:
    """The consents of a fake, in memory: a new one knows no code, and reaches every account again."""

    def __init__(self) -> None:
        self._codes: dict[str, tuple[str, datetime]] = {}
        self._revoked: set[str] = set()
        self._lock = Lock()

    def grant(self, token: str, now: datetime) -> str:
        """Return a new code for a token, as the consent page hands it to the app's address."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = (token, now)
        return code

    def exchange(
        self, accounts: Collection[SandboxAccount], body: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """Return the `data` of an answer for a code, which then is used up. Raises Refusal."""
        require_app_credentials(body)
        code = body.get("auth_code")
        with self._lock:
            token, granted_at = self._codes.pop(code, ("", now)) if isinstance(code, str) else ("", now)
            if not token or now - granted_at > CODE_LASTS:
                raise Refusal(USED_CODE, "The authorization code is no longer valid.")
            self._revoked.discard(token)
        ids = [account.advertiser_id for account in self.reachable_accounts(token, accounts, now)]
        return {"access_token": token, "scope": self._scopes(token, accounts), "advertiser_ids": ids}

    def revoke(self, accounts: Collection[SandboxAccount], body: Mapping[str, Any]) -> dict[str, Any]:
        """Revoke the body's token, which reaches `accounts`, and return the `data` of an answer."""
        require_app_credentials(body)
        with self._lock:
            self._revoked.add(str(body["access_token"]))
        return {"app_id": body["app_id"], "advertiser_ids": [item.advertiser_id for item in accounts]}

    def reachable_accounts(
        self, token: str, accounts: Iterable[SandboxAccount], now: datetime
    ) -> list[SandboxAccount]:
        """Return the accounts of a token, without those whose advertiser has withdrawn the consent since."""
        if token in self._revoked:
            return []
        grant = _parse_grant(token)
        if grant is None:
            owned = (
                account for account in accounts if hmac.compare_digest(account.token.encode(), token.encode())
            )
            return [item for item in owned if item.revoked_at is None or now < item.revoked_at]
        finance = grant.includes(FINANCE)
        return [
            replace(account, reads_finance=account.reads_finance and finance)
            for account in accounts
            if account.advertiser_id in grant.advertiser_ids
            and (account.revoked_at is None or not grant.at < account.revoked_at <= now)
        ]

    def require_scope(self, token: str, scope: int) -> None:
        """Raise Refusal where the advertiser did not grant a scope.

        A token that is from no consent page has every scope.
        """
        grant = _parse_grant(token)
        if grant is not None and not grant.includes(scope):
            raise Refusal(NO_PERMISSION, f"No permission: scope {scope} is not granted.")

    def _scopes(self, token: str, accounts: Iterable[SandboxAccount]) -> list[int]:
        grant = _parse_grant(token)
        if grant is not None:
            return sorted(grant.scopes)
        finance = any(account.reads_finance for account in accounts if account.token == token)
        return sorted([*SCOPES, *([FINANCE] if finance else [])])


def _parse_grant(token: str) -> Grant | None:
    """Return the grant that a token holds; None for a token that is from no consent page."""
    if not token.startswith(GRANT_PREFIX):
        return None
    try:
        ids, scopes, at = json.loads(base64.urlsafe_b64decode(token.removeprefix(GRANT_PREFIX)))
        return Grant(tuple(ids), tuple(scopes), datetime.fromisoformat(at))
    except (ValueError, TypeError):
        return None


def require_app_credentials(parameters: Mapping[str, Any]) -> None:
    """Raise Refusal for a call without the app's id and secret; they are not compared."""
    values = [parameters.get(name) for name in ("app_id", "secret")]
    require(all(isinstance(value, str) and value for value in values), "app_id and secret are required")
