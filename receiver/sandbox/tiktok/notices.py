"""The fake's webhooks: notices of changes and of lost access, signed as TikTok signs them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from threading import Thread
from typing import Any

import requests
from flask import Flask

from receiver.logs import get_logger
from receiver.sandbox.tiktok.accounts import SandboxAccount
from receiver.sandbox.tiktok.consent import Consents
from receiver.sandbox.tiktok.faults import Fault
from receiver.sandbox.tiktok.faulty_answers import account_status
from receiver.sandbox.tiktok.subscriptions import Subscriptions

CHECK_SECONDS = 5.0
ANSWER_SECONDS = 5.0
FIRST_NOTICE = 7400000000000006001
ACCESS_FAULTS = {Fault.REVOKED_TOKEN, Fault.EXPIRED_TOKEN}

log = get_logger(__name__)


class Notices:
    """The notices to an app's subscriptions: each check sends what changed since the last one."""

    def __init__(self, app: Flask) -> None:
        self._accounts, self._now = app.extensions["tiktok"]
        self._subscriptions: Subscriptions = app.extensions["tiktok_subscriptions"]
        self._consents: Consents = app.extensions["tiktok_consents"]
        self._faults: Callable[[Collection[str]], Collection[Fault]] = app.extensions["tiktok_faults"]
        self._last_states: dict[str, Any] = {}
        self._number = FIRST_NOTICE

    def start(self) -> None:
        """Send notices from a daemon thread, every few seconds."""
        Thread(target=self._run, daemon=True).start()

    def send_changes(self) -> list[int]:
        """Send a notice of every change, and return the HTTP statuses of the answers.

        A subscription whose token lost its access is dropped with a last notice.
        """
        accounts: Mapping[str, SandboxAccount] = self._accounts()
        answers = []
        for subscription in self._subscriptions.all():
            if self._has_lost_access(subscription, accounts):
                self._subscriptions.drop(subscription["subscription_id"])
                answers.append(self._send_lost_access(subscription))
                continue
            for advertiser_id in subscription["subscription_detail"]["advertiser_ids"]:
                account = accounts.get(advertiser_id)
                if account is not None and (body := self._change_notice(subscription, account)) is not None:
                    answers.append(_send(subscription, body))
        return answers

    def _run(self) -> None:
        while True:
            time.sleep(CHECK_SECONDS)
            try:
                self.send_changes()
            except requests.RequestException as error:
                log.info("nobody took the notice", error=type(error).__name__)

    def _has_lost_access(
        self, subscription: Mapping[str, Any], accounts: Mapping[str, SandboxAccount]
    ) -> bool:
        detail = subscription["subscription_detail"]
        reachable = self._consents.reachable_accounts(detail["access_token"], accounts.values(), self._now())
        ids = set(detail["advertiser_ids"])
        reaches_all = ids <= {item.advertiser_id for item in reachable}
        return not reaches_all or bool(ACCESS_FAULTS & set(self._faults(ids)))

    def _send_lost_access(self, subscription: Mapping[str, Any]) -> int:
        """Send the notice that access was lost, which names no account.

        TikTok has two kinds of it; each of an account's two subscriptions gets one.
        """
        if subscription["subscribe_entity"] == "REPORT_DATA_CHANGE":
            message = "Access to some subscribed ad accounts was revoked."
            return _send(subscription, self._figures_notice({}, message=message))
        return _send_authorization_removed(subscription, self._now())

    def _change_notice(
        self, subscription: Mapping[str, Any], account: SandboxAccount
    ) -> dict[str, Any] | None:
        """Return the body of a notice; None where nothing changed, or at the first check of an account."""
        now = self._now()
        figures = subscription["subscribe_entity"] == "REPORT_DATA_CHANGE"
        status = account_status(account, self._faults([account.advertiser_id]))
        state = _total_spend(account, now) if figures else status
        key = f"{subscription['subscription_id']} {account.advertiser_id}"
        before, self._last_states[key] = self._last_states.get(key), state
        if before is None or before == state:
            return None
        if figures:
            return self._figures_notice({account.advertiser_id: {"spend": state}})
        return _status_notice(subscription, account, status, now)

    def _figures_notice(self, changed: Mapping[str, Any], **more: str) -> dict[str, Any]:
        self._number += 1
        entry = [{"data_level": "AUCTION_ADVERTISER", **more, "changed_metrics_values": changed}]
        return {
            "request_id": self._number,
            "object": 11,
            "time": int(self._now().timestamp()),
            "entry": entry,
        }


def _status_notice(
    subscription: Mapping[str, Any], account: SandboxAccount, status: str, now: datetime
) -> dict[str, Any]:
    return {
        "subscription_id": subscription["subscription_id"],
        "advertiser_id": account.advertiser_id,
        "advertiser_name": account.name,
        "owner_bc_id": account.business_center,
        "status": status,
        "status_change_time": f"{now:%Y-%m-%d %H:%M:%S}",
    }


def _total_spend(account: SandboxAccount, now: datetime) -> str:
    """Return the spend that reports show of an account, over all its dates."""
    figures = (account.figures(day, now) for day in sorted(account.days))
    return str(sum(item.spend for item in figures if item))


def _send(subscription: Mapping[str, Any], body: Mapping[str, Any]) -> int:
    """Send a notice of an ad account, its body escaped as ASCII: one of the two ways it may come."""
    raw = json.dumps(body).encode()
    header = {"X-Open-Signature": _signature(subscription, raw)}
    return _post(subscription["callback_url"], raw, header)


def _send_authorization_removed(subscription: Mapping[str, Any], now: datetime) -> int:
    """Send the notice of a user's withdrawal to the address that is registered for the app.

    In the sandbox that is the one beside the subscription's.
    """
    user = hashlib.sha256(subscription["subscription_detail"]["access_token"].encode()).hexdigest()
    seconds = int(now.timestamp())
    body = {
        "client_key": subscription["app_id"],
        "event": "authorization.removed",
        "create_time": seconds,
        "user_openid": f"act.{user[:28]}",
        "content": json.dumps({"reason": 1}),
    }
    raw = json.dumps(body).encode()
    header = {"TikTok-Signature": f"t={seconds},s={_signature(subscription, b'%d.%b' % (seconds, raw))}"}
    return _post(subscription["callback_url"].removesuffix("/ads"), raw, header)


def _signature(subscription: Mapping[str, Any], message: bytes) -> str:
    return hmac.digest(subscription["secret"].encode(), message, hashlib.sha256).hex()


def _post(url: str, raw: bytes, header: Mapping[str, str]) -> int:
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Content-Type": "application/json", **header}
        return session.post(url, data=raw, headers=headers, timeout=ANSWER_SECONDS).status_code
