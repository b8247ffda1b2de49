"""The fake's consents: codes that serve once and for an hour, and tokens that were given back."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from receiver.sandbox.accounts import Account
from receiver.sandbox.tiktok_report import Refusal, require

USED_CODE = 40110
CODE_LASTS = timedelta(hours=1)
SCOPES = (4, 44, 100, 200)  # Reporting and its Consolidated Report, Read Ad Account Information, Campaigns
FINANCE = 152  # Ad Account Balance and Transaction


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
        self, accounts: Collection[Account], body: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """The `data` of an answer; raises Refusal."""
        named(body)
        code = body.get("auth_code")
        with self._lock:
            token, granted_at = self._codes.pop(code, ("", now)) if isinstance(code, str) else ("", now)
            if not token or now - granted_at > CODE_LASTS:
                raise Refusal(USED_CODE, "The authorization code is no longer valid.")
            self._revoked.discard(token)
        reached = [account for account in accounts if account.token == token]
        finance = [FINANCE] if any(account.reads_finance for account in reached) else []
        ids = [account.advertiser_id for account in reached]
        return {"access_token": token, "scope": sorted([*SCOPES, *finance]), "advertiser_ids": ids}

    def revoke(self, reached: Collection[Account], body: Mapping[str, Any]) -> dict[str, Any]:
        """The `data` of an answer; `reached` are the accounts of the body's token."""
        named(body)
        with self._lock:
            self._revoked.add(str(body["access_token"]))
        return {"app_id": body["app_id"], "advertiser_ids": [one.advertiser_id for one in reached]}

    def stands(self, token: str) -> bool:
        return token not in self._revoked


def named(given: Mapping[str, Any]) -> None:
    """Raises Refusal where the app does not say who it is."""
    said = all(isinstance(given.get(name), str) and given[name] for name in ("app_id", "secret"))
    require(said, "app_id and secret are required")
