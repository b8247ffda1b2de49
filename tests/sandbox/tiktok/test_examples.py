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

# What must befall the fake for it to answer a recorded fault; the others it finds by itself.
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
# What of a recording the fake leaves away: nobody reads it.
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
    paid = datetime(2026, 10, 12, tzinfo=UTC)
    payments = [AccountPayment(paid, Decimal(100)), AccountPayment(paid, Decimal(100), type="ADD_BALANCE")]
    shared = {"token": TOKEN, "business_center": CENTER, "days": days, "payments": payments}
    known = {item: SandboxAccount(item, "Example Store", **shared) for item in IDS}
    app = create_tiktok(known, FrozenClock(NOW), lambda _: faults)
    with served(app) as address:
        app.config["address"] = address
        yield app


@pytest.fixture
def ask(fake):
    def sent(pair, **changes):
        asked = pair["request"]
        return requests.request(
            asked["method"],
            fake.config["address"] + urlsplit(asked["url"]).path,
            headers=asked["headers"],
            params=asked.get("query"),
            json={**asked["json"], **changes} if "json" in asked else None,
            timeout=60,
        )

    return sent


NULL = "NoneType"


def shape(value, path="data"):
    """The paths of a document and the kind of what stands there; of a list, its first entry's."""
    if isinstance(value, Mapping):
        inner = [shape(item, f"{path}.{name}") for name, item in value.items()]
        return {path: "object"} | {name: kind for item in inner for name, kind in item.items()}
    if isinstance(value, list):
        return {path: "list", **(shape(value[0], f"{path}[]") if value else {})}
    return {path: "number" if isinstance(value, int | float) else type(value).__name__}


def lacks(told, expected, unplayed):
    """What a recorded answer has and the fake's has not, or in another kind; null may stand for any."""
    ours = shape(told["data"])
    wanted = {path: kind for path, kind in shape(expected["data"]).items() if not path.startswith(unplayed)}
    return {
        path: kind
        for path, kind in wanted.items()
        if ours.get(path) != kind and NULL not in (kind, ours.get(path))
    }


@pytest.mark.parametrize("name", [name for name in EXAMPLES if not name.startswith(FAULTY)])
def test_a_recorded_call_is_answered_in_the_recorded_shape(fake, ask, name):
    recording = recorded(name)
    pair, changes = recording.get("pages", [recording])[0], {}
    if name == "oauth_access_token":
        changes["auth_code"] = fake.extensions["tiktok_consents"].grant(TOKEN, NOW)
    told, expected = ask(pair, **changes).json(), pair["response"]["body"]
    assert told["code"] == expected["code"]
    assert lacks(told, expected, NOT_PLAYED.get(name, ())) == {}


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name.startswith(FAULTY)])
def test_a_recorded_fault_can_be_met(ask, faults, name):
    pair = recorded(name)
    if name in FAULTS:
        faults.add(FAULTS[name])
    if name == "error_40104_token_missing":
        del pair["request"]["headers"]["Access-Token"]
    told = ask(pair)
    expected = pair["response"]
    assert told.status_code == expected["http_status"]
    if "body" in expected:
        assert told.json()["code"] == expected["body"]["code"]
    else:
        assert told.text == expected["body_text"]
