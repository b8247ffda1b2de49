"""Playback of recorded pairs of request and response; any call but the recorded one is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import responses
from responses import matchers

from receiver.integrations.tiktok.calls import App
from receiver.integrations.tiktok.client import TikTokClient

FOLDER = Path(__file__).parents[2] / "data" / "tiktok"
BASE = "https://business-api.tiktok.com/open_api/v1.3"
REPORT_URL = f"{BASE}/report/integrated/get/"
TOKEN = "EXAMPLE-ACCESS-TOKEN-MERCHANT-A"
APP_ID, SECRET = "7400000000000000001", "EXAMPLE-APP-SECRET"
APP = App(APP_ID, SECRET)
ACCOUNT = "7400000000000000101"


def recorded(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())


def play(pair: dict[str, Any]) -> None:
    """Answer with the recorded response, once, and only a call with the recorded token and query."""
    request, response = pair["request"], pair["response"]
    match = [matchers.header_matcher(request["headers"])]
    if "query" in request:
        match.append(matchers.query_param_matcher(request["query"]))
    if "json" in request:
        match.append(matchers.json_params_matcher(request["json"]))
    body = response["body_text"] if "body_text" in response else json.dumps(response["body"])
    responses.add(
        request["method"],
        request["url"],
        body=body,
        status=response["http_status"],
        content_type=response["headers"]["Content-Type"],
        match=match,
    )


def answer_with(data: object, **more: Any) -> None:
    """Answer the next report call with `data` in an envelope."""
    responses.get(REPORT_URL, json={"code": 0, "message": "OK", "request_id": "R1", "data": data}, **more)


def row(day: str, advertiser_id: object = ACCOUNT, **metrics: object) -> dict[str, Any]:
    money = {"spend": "1.00", "billed_cost": "1.00", "cash_spend": "1.00", "voucher_spend": "0.00"}
    return {
        "dimensions": {"advertiser_id": advertiser_id, "stat_time_day": f"{day} 00:00:00"},
        "metrics": {**money, "currency": "USD", **metrics},
    }


def page(*rows: dict[str, Any], number: int = 1, pages: int = 1, total: int | None = None) -> dict[str, Any]:
    info = {"page": number, "page_size": 10, "total_number": len(rows) if total is None else total}
    return {"list": list(rows), "page_info": {**info, "total_page": pages}}


def client(**options: Any) -> TikTokClient:
    return TikTokClient(BASE, **{"app": APP, **options})
