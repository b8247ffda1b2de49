"""The fake's webhooks: tells subscribers that an account's figures or status changed, signed as TikTok's."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import datetime
from threading import Thread
from typing import Any

import requests
import structlog
from flask import Flask

from receiver.sandbox.accounts import Account
from receiver.sandbox.tiktok_subscriptions import Subscriptions

LOOK_SECONDS = 5.0
ANSWER_SECONDS = 5.0
FIRST_NOTICE = 7400000000000006001

log = structlog.get_logger(__name__)


class Notices:
    """Looks at what changed since it last looked, and tells whoever subscribed to it."""

    def __init__(self, app: Flask) -> None:
        self._accounts, self._now = app.extensions["tiktok"]
        self._subscriptions: Subscriptions = app.extensions["tiktok_subscriptions"]
        self._seen: dict[str, Any] = {}
        self._number = FIRST_NOTICE

    def start(self) -> None:
        Thread(target=self._run, daemon=True).start()

    def look(self) -> list[int]:
        """Tell of every change there is; the statuses it was answered with."""
        known: Mapping[str, Account] = self._accounts()
        answers = []
        for one in self._subscriptions.all():
            for advertiser_id in one["subscription_detail"]["advertiser_ids"]:
                account = known.get(advertiser_id)
                if account is not None and (body := self._change(one, account)) is not None:
                    answers.append(_send(one, body))
        return answers

    def _run(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            try:
                self.look()
            except requests.RequestException as error:
                log.info("nobody took the notice", error=type(error).__name__)

    def _change(self, subscription: Mapping[str, Any], account: Account) -> dict[str, Any] | None:
        """The body of a notice; None where all is as it was, or was never looked at."""
        now = self._now()
        figures = subscription["subscribe_entity"] == "REPORT_DATA_CHANGE"
        state = _figures(account, now) if figures else account.status
        key = f"{subscription['subscription_id']} {account.advertiser_id}"
        before, self._seen[key] = self._seen.get(key), state
        if before is None or before == state:
            return None
        return self._figures_changed(account, now) if figures else _status_changed(subscription, account, now)

    def _figures_changed(self, account: Account, now: datetime) -> dict[str, Any]:
        self._number += 1
        changed = {account.advertiser_id: {"spend": _figures(account, now)}}
        entry = [{"data_level": "AUCTION_ADVERTISER", "changed_metrics_values": changed}]
        return {"request_id": self._number, "object": 11, "time": int(now.timestamp()), "entry": entry}


def _status_changed(subscription: Mapping[str, Any], account: Account, now: datetime) -> dict[str, Any]:
    return {
        "subscription_id": subscription["subscription_id"],
        "advertiser_id": account.advertiser_id,
        "advertiser_name": account.name,
        "owner_bc_id": account.business_center,
        "status": account.status,
        "status_change_time": f"{now:%Y-%m-%d %H:%M:%S}",
    }


def _figures(account: Account, now: datetime) -> str:
    """All that reports show of an account, as one text."""
    shown = (account.figures(day, now) for day in sorted(account.days))
    return str(sum(one.spend for one in shown if one))


def _send(subscription: Mapping[str, Any], body: Mapping[str, Any]) -> int:
    """With the body escaped, which is one of the two ways it may come."""
    raw = json.dumps(body).encode()
    signature = hmac.digest(subscription["secret"].encode(), raw, hashlib.sha256).hex()
    headers = {"Content-Type": "application/json", "X-Open-Signature": signature}
    with requests.Session() as session:
        session.trust_env = False
        url = subscription["callback_url"]
        return session.post(url, data=raw, headers=headers, timeout=ANSWER_SECONDS).status_code
