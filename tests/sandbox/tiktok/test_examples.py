"""Every recorded call to TikTok, sent to the fake as it was recorded: the answers have one shape."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
import requests

from receiver.sandbox.tiktok.accounts import AccountDay, AccountPayment, SandboxAccount
from receiver.sandbox.tiktok.api import create_tiktok
from receiver.sandbox.tiktok.faults import Fault
from tests.fakes import FrozenClock
from tests.integrations.tiktok.recordings import FOLDER, recorded
from tests.serving import served

TOKEN, CENTER = "EXAMPLE-ACCESS-TOKEN-MERCHANT-A", "7400000000000000909"
IDS = ("7400000000000000101", "7400000000000000202", "7400000000000000303")
NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)

# The fault to switch on before the fake answers as recorded; the others need none.
FAULTS = {
    "error_40001_no_permission": Fault.NO_PERMISSION,
    "error_40002_bad_parameter": Fault.WRONG_PARAMETER,
    "error_40016_app_rate_limit": Fault.APP_TOO_FREQUENT,
    "error_40100_app_rate_limit": Fault.APP_RATE_LIMIT,
    "error_40102_token_expired": Fault.EXPIRED_TOKEN,
    "error_40105_token_invalid": Fault.REVOKED_TOKEN,
    "error_40133_advertiser_rate_limit": Fault.ADVERTISER_RATE_LIMIT,
    "error_40300_advertiser_missing": Fault.ACCOUNT_MISSING,
    "error_50000_system": Fault.SYSTEM_ERROR,
    "error_50002_processing": Fault.PROCESSING_ERROR,
    "error_60001_maintenance": Fault.MAINTENANCE,
    "error_http_502_html": Fault.BAD_GATEWAY,
    "partial_success_20001": Fault.PARTLY_OK,
}
FAULTY = ("error_", "partial_")
EXAMPLES = sorted(file.stem for file in FOLDER.glob("*.json"))
# Parts of a recording that the fake leaves out: nobody reads them.
BALANCES, INFO = "data.advertiser_account_list[].", "data.list[]."
NOT_PLAYED = {
    "advertiser_balance_get": tuple(
        BALANCES + name for name in ("account_open", "balance_reminder", "budget", "company", "contact")
    ),
    "advertiser_info": tuple(
        INFO + name
        for name in (
            "company",
            "role",
            "industry",
            "language",
            "email",
            "contacter",
            "description",
            "address",
        )
    ),
}


@pytest.fixture
def faults():
    return set()


@pytest.fixture
def fake(faults):
    days = {
        date(2026, 10, 1) + timedelta(days=n): AccountDay(Decimal("19.25"), Decimal(1)) for n in range(30)
    }
    paid_at = datetime(2026, 10, 12, tzinfo=UTC)
    payments = [
        AccountPayment(paid_at, Decimal(100)),
        AccountPayment(paid_at, Decimal(100), type="ADD_BALANCE"),
    ]
    shared = {"token": TOKEN, "business_center": CENTER, "days": days, "payments": payments}
    accounts = {item: SandboxAccount(item, "Example Store", **shared) for item in IDS}
    app = create_tiktok(accounts, FrozenClock(NOW), lambda _: faults)
    with served(app) as address:
        app.config["address"] = address
        yield app


@pytest.fixture
def ask(fake):
    def send(pair, **changes):
        call = pair["request"]
        return requests.request(
            call["method"],
            fake.config["address"] + urlsplit(call["url"]).path,
            headers=call["headers"],
            params=call.get("query"),
            json={**call["json"], **changes} if "json" in call else None,
            timeout=60,
        )

    return send


NULL = "NoneType"


def shape(value, path="data"):
    """Return the type at each path of a document; a list is represented by its first entry."""
    if isinstance(value, Mapping):
        inner = [shape(item, f"{path}.{name}") for name, item in value.items()]
        return {path: "object"} | {name: kind for item in inner for name, kind in item.items()}
    if isinstance(value, list):
        return {path: "list", **(shape(value[0], f"{path}[]") if value else {})}
    return {path: "number" if isinstance(value, int | float) else type(value).__name__}


def find_missing(answer, expected, unplayed):
    """Return what a recorded answer has and the fake's lacks, or has in another type; null fits any."""
    ours = shape(answer["data"])
    recorded_shape = {
        path: kind for path, kind in shape(expected["data"]).items() if not path.startswith(unplayed)
    }
    return {
        path: kind
        for path, kind in recorded_shape.items()
        if ours.get(path) != kind and NULL not in (kind, ours.get(path))
    }


@pytest.mark.parametrize("name", [name for name in EXAMPLES if not name.startswith(FAULTY)])
def test_a_recorded_call_is_answered_in_the_recorded_shape(fake, ask, name):
    recording = recorded(name)
    pair, changes = recording.get("pages", [recording])[0], {}
    if name == "oauth_access_token":
        changes["auth_code"] = fake.extensions["tiktok_consents"].grant(TOKEN, NOW)
    answer, expected = ask(pair, **changes).json(), pair["response"]["body"]
    assert answer["code"] == expected["code"]
    assert find_missing(answer, expected, NOT_PLAYED.get(name, ())) == {}


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name.startswith(FAULTY)])
def test_a_recorded_fault_can_be_met(ask, faults, name):
    pair = recorded(name)
    if name in FAULTS:
        faults.add(FAULTS[name])
    if name == "error_40104_token_missing":
        del pair["request"]["headers"]["Access-Token"]
    answer = ask(pair)
    expected = pair["response"]
    assert answer.status_code == expected["http_status"]
    if "body" in expected:
        assert answer.json()["code"] == expected["body"]["code"]
    else:
        assert answer.text == expected["body_text"]
