"""Ad accounts as the client reads them."""

import json
from datetime import UTC, datetime

import pytest
import responses

from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.advertisers import AdvertiserInfo
from tests.integrations.tiktok.recordings import BASE, TOKEN, client, play, recorded

INFO_URL = f"{BASE}/advertiser/info/"
THREE = ["7400000000000000101", "7400000000000000202", "7400000000000000303"]


def info_of(**fields):
    """Return the information on an account that TikTok describes with these fields besides its id."""
    responses.get(INFO_URL, json={"code": 0, "data": {"list": [{"advertiser_id": "7001", **fields}]}})
    (info,) = client().advertiser_info(TOKEN, ["7001"])
    return info


@responses.activate
def test_the_recorded_accounts_are_asked_for_and_read_as_recorded():
    play(recorded("advertiser_info"))
    first, second, third = client().advertiser_info(TOKEN, THREE)
    assert first == AdvertiserInfo(
        advertiser_id="7400000000000000101",
        name="Example Store A",
        status="STATUS_ENABLE",
        country="US",
        currency="USD",
        timezone="America/New_York",
        created_at=datetime.fromtimestamp(1790867045, UTC),
        owner_bc_id="7400000000000000909",
        account_type="AUCTION",
    )
    assert (second.status, second.country, second.currency) == ("STATUS_LIMIT", "GB", "GBP")
    assert (third.status, third.timezone) == ("STATUS_PENDING_CONFIRM", "Asia/Tokyo")


@responses.activate
@pytest.mark.parametrize("nothing", [{}, dict.fromkeys(("name", "status", "country", "create_time"), "-")])
def test_what_tiktok_does_not_say_is_unknown(nothing):
    empty = dict.fromkeys(("currency", "timezone", "display_timezone", "owner_bc_id"), "")
    assert info_of(**empty, **nothing) == AdvertiserInfo("7001", None, None, None, None, None, None, None)


@responses.activate
@pytest.mark.parametrize(
    ("display", "plain", "zone"),
    [
        ("America/New_York", "Etc/GMT+5", "America/New_York"),
        ("America/Atlantis", "Etc/GMT+5", "Etc/GMT+5"),
        ("../../etc/passwd", "Etc/GMT+5", "Etc/GMT+5"),
        ("America", "Etc/GMT+5", "Etc/GMT+5"),
        ("-", "Etc/GMT+5", "Etc/GMT+5"),
        ("", "UTC-05:00", None),
    ],
)
def test_the_zone_is_one_this_machine_knows(display, plain, zone):
    assert info_of(display_timezone=display, timezone=plain).timezone == zone


@responses.activate
@pytest.mark.parametrize("number", ["7400000000000000123", 7400000000000000123])
def test_an_id_beyond_2_to_the_53_keeps_every_digit(number):
    account = {"advertiser_id": number, "owner_bc_id": 7400000000000000909}
    responses.get(INFO_URL, json={"code": 0, "data": {"list": [account]}})
    (info,) = client().advertiser_info(TOKEN, ["7400000000000000123"])
    assert (info.advertiser_id, info.owner_bc_id) == ("7400000000000000123", "7400000000000000909")


@responses.activate
def test_a_creation_time_in_milliseconds_is_refused_rather_than_misread():
    with pytest.raises(ProviderError, match=r"data\.list\.0\.create_time") as caught:
        info_of(create_time=1790867045000)
    assert caught.value.advice is Advice.CONFIGURATION


@responses.activate
def test_many_accounts_are_asked_for_a_hundred_at_a_time():
    ids = [str(7_400_000_000_000_000_000 + n) for n in range(250)]

    def answer(request):
        rows = [{"advertiser_id": load} for load in json.loads(request.params["advertiser_ids"])]
        return 200, {}, json.dumps({"code": 0, "data": {"list": rows}})

    responses.add_callback("GET", INFO_URL, answer)
    assert [info.advertiser_id for info in client().advertiser_info(TOKEN, ids)] == ids
    sizes = [len(json.loads(call.request.params["advertiser_ids"])) for call in responses.calls]
    assert sizes == [100, 100, 50]


@responses.activate
def test_an_account_nobody_asked_for_is_not_handed_on():
    responses.get(INFO_URL, json={"code": 0, "data": {"list": [{"advertiser_id": "7002"}]}})
    assert client().advertiser_info(TOKEN, ["7001"]) == []


@responses.activate
def test_asking_for_nobody_asks_nothing():
    assert client().advertiser_info(TOKEN, []) == []
