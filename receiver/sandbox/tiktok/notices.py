"""The fake's webhooks: tells subscribers what changed and whose token is dead, signed as TikTok's."""

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
from receiver.sandbox.tiktok.faulty_answers import status_of
from receiver.sandbox.tiktok.subscriptions import Subscriptions

LOOK_SECONDS = 5.0
ANSWER_SECONDS = 5.0
FIRST_NOTICE = 7400000000000006001
DEAD = {Fault.REVOKED_TOKEN, Fault.EXPIRED_TOKEN}

log = get_logger(__name__)


class Notices:
    """Looks at what changed since it last looked, and tells whoever subscribed to it."""

    def __init__(self, app: Flask) -> None:
        self._accounts, self._now = app.extensions["tiktok"]
        self._subscriptions: Subscriptions = app.extensions["tiktok_subscriptions"]
        self._consents: Consents = app.extensions["tiktok_consents"]
        self._faults: Callable[[Collection[str]], Collection[Fault]] = app.extensions["tiktok_faults"]
        self._seen: dict[str, Any] = {}
        self._number = FIRST_NOTICE

    def start(self) -> None:
        Thread(target=self._run, daemon=True).start()

    def look(self) -> list[int]:
        """Tell of every change there is; the statuses it was answered with."""
        known: Mapping[str, SandboxAccount] = self._accounts()
        answers = []
        for subscription in self._subscriptions.all():
            if self._is_dead(subscription, known):
                self._subscriptions.drop(subscription["subscription_id"])
                answers.append(self._tell_of_lost_access(subscription))
                continue
            for advertiser_id in subscription["subscription_detail"]["advertiser_ids"]:
                account = known.get(advertiser_id)
                if account is not None and (body := self._change(subscription, account)) is not None:
                    answers.append(_send(subscription, body))
        return answers

    def _run(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            try:
                self.look()
            except requests.RequestException as error:
                log.info("nobody took the notice", error=type(error).__name__)

    def _is_dead(self, subscription: Mapping[str, Any], known: Mapping[str, SandboxAccount]) -> bool:
        detail = subscription["subscription_detail"]
        reached = self._consents.reached_by(detail["access_token"], known.values(), self._now())
        wanted = set(detail["advertiser_ids"])
        return not wanted <= {item.advertiser_id for item in reached} or bool(
            DEAD & set(self._faults(wanted))
        )

    def _tell_of_lost_access(self, subscription: Mapping[str, Any]) -> int:
        """Of an account's two subscriptions each tells it in one of TikTok's two ways; neither names it."""
        if subscription["subscribe_entity"] == "REPORT_DATA_CHANGE":
            message = "Access to some subscribed ad accounts was revoked."
            return _send(subscription, self._about_figures({}, message=message))
        return _send_of_a_user(subscription, self._now())

    def _change(self, subscription: Mapping[str, Any], account: SandboxAccount) -> dict[str, Any] | None:
        """The body of a notice; None where all is as it was, or was never looked at."""
        now = self._now()
        figures = subscription["subscribe_entity"] == "REPORT_DATA_CHANGE"
        status = status_of(account, self._faults([account.advertiser_id]))
        state = _figures(account, now) if figures else status
        key = f"{subscription['subscription_id']} {account.advertiser_id}"
        before, self._seen[key] = self._seen.get(key), state
        if before is None or before == state:
            return None
        if figures:
            return self._about_figures({account.advertiser_id: {"spend": state}})
        return _status_changed(subscription, account, status, now)

    def _about_figures(self, changed: Mapping[str, Any], **more: str) -> dict[str, Any]:
        self._number += 1
        entry = [{"data_level": "AUCTION_ADVERTISER", **more, "changed_metrics_values": changed}]
        return {
            "request_id": self._number,
            "object": 11,
            "time": int(self._now().timestamp()),
            "entry": entry,
        }


def _status_changed(
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


def _figures(account: SandboxAccount, now: datetime) -> str:
    """All that reports show of an account, as one text."""
    shown = (account.figures(day, now) for day in sorted(account.days))
    return str(sum(item.spend for item in shown if item))


def _send(subscription: Mapping[str, Any], body: Mapping[str, Any]) -> int:
    """With the body escaped, which is one of the two ways it may come."""
    raw = json.dumps(body).encode()
    signed = {"X-Open-Signature": _hex(subscription, raw)}
    return _post(subscription["callback_url"], raw, signed)


def _send_of_a_user(subscription: Mapping[str, Any], now: datetime) -> int:
    """To the address that is registered for the app: in the sandbox the one beside the subscribed."""
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
    signed = {"TikTok-Signature": f"t={seconds},s={_hex(subscription, b'%d.%b' % (seconds, raw))}"}
    return _post(subscription["callback_url"].removesuffix("/ads"), raw, signed)


def _hex(subscription: Mapping[str, Any], signed: bytes) -> str:
    return hmac.digest(subscription["secret"].encode(), signed, hashlib.sha256).hex()


def _post(url: str, raw: bytes, signed: Mapping[str, str]) -> int:
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Content-Type": "application/json", **signed}
        return session.post(url, data=raw, headers=headers, timeout=ANSWER_SECONDS).status_code
