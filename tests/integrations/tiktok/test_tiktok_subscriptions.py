"""Subscriptions as the client makes, lists and ends them."""

import json

import pytest
import responses
from responses import matchers

from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.subscriptions import Entity, TikTokSubscription
from tests.integrations.tiktok.recordings import APP_ID, BASE, SECRET, TOKEN, client, play, recorded

CALLBACK = "https://credits.example/webhooks/tiktok"
TWO = ["7400000000000000101", "7400000000000000202"]
ENDING = f"{BASE}/subscription/unsubscribe/"


def answer_list(*subscriptions, **match):
    info = {"page": 1, "page_size": 1000, "total_number": len(subscriptions), "total_page": 1}
    data = {"subscriptions": list(subscriptions), "page_info": info}
    responses.get(f"{BASE}/subscription/get/", json={"code": 0, "data": data}, **match)


@responses.activate
def test_changes_of_figures_are_subscribed_to_as_recorded():
    play(recorded("subscription_subscribe_report_data_change"))
    subscription_id = client().subscribe(TOKEN, Entity.REPORT_DATA_CHANGE, CALLBACK, TWO, "60_MINUTE")
    assert subscription_id == "7400000000000005001"


@responses.activate
def test_suspensions_are_subscribed_to_as_recorded():
    play(recorded("subscription_subscribe_suspension"))
    assert client().subscribe(TOKEN, Entity.AD_ACCOUNT_SUSPENSION, CALLBACK, TWO) == "7400000000000005002"


@responses.activate
def test_subscriptions_are_listed_without_their_tokens():
    query = {"app_id": APP_ID, "secret": SECRET, "subscribe_entity": "AD_ACCOUNT_SUSPENSION"}
    full = {
        "app_id": APP_ID,
        "subscription_id": 7400000000000005002,
        "subscribe_entity": "AD_ACCOUNT_SUSPENSION",
        "callback_url": CALLBACK,
        "subscription_detail": {"access_token": TOKEN, "advertiser_ids": TWO, "bc_id": "0"},
    }
    bare = {"subscription_id": "7400000000000005003"}
    answer_list(full, bare, match=[matchers.query_param_matcher({**query, "page": "1", "page_size": "1000"})])
    subscriptions = client().subscriptions(Entity.AD_ACCOUNT_SUSPENSION)
    assert subscriptions == [
        TikTokSubscription("7400000000000005002", "AD_ACCOUNT_SUSPENSION", CALLBACK, tuple(TWO), None, None),
        TikTokSubscription("7400000000000005003", None, None, (), None, None),
    ]
    assert TOKEN not in repr(subscriptions)


@responses.activate
def test_an_app_without_subscriptions_has_none():
    answer_list()
    assert client().subscriptions() == []


@responses.activate
@pytest.mark.parametrize("code", [0, 40050])
def test_a_subscription_is_ended_and_one_that_is_ending_counts_as_ended(code):
    responses.post(ENDING, json={"code": code, "data": {}})
    client().unsubscribe("7400000000000005002")
    body = json.loads(responses.calls[0].request.body)
    assert body == {"app_id": APP_ID, "secret": SECRET, "subscription_id": "7400000000000005002"}


@responses.activate
def test_a_subscription_that_could_not_be_ended_is_told():
    responses.post(ENDING, json={"code": 50000, "data": {}})
    with pytest.raises(ProviderError) as caught:
        client().unsubscribe("7400000000000005002")
    assert caught.value.advice is Advice.AGAIN


@responses.activate
def test_a_subscription_without_an_id_is_not_believed():
    responses.post(f"{BASE}/subscription/subscribe/", json={"code": 0, "data": {}})
    with pytest.raises(ProviderError, match=r"data\.subscription_id"):
        client().subscribe(TOKEN, Entity.REPORT_DATA_CHANGE, CALLBACK, TWO)
