"""Campaigns as the client reads them."""

from datetime import UTC, datetime

import responses

from receiver.integrations.tiktok.campaigns import Campaign
from tests.integrations.tiktok.recordings import ACCOUNT, TOKEN, client, play, recorded


@responses.activate
def test_the_recorded_campaigns_are_asked_for_and_read_as_recorded():
    play(recorded("campaign_get"))
    live, smart = client().campaigns(TOKEN, ACCOUNT)
    made = datetime(2026, 10, 1, 18, 22, 10, tzinfo=UTC)
    assert live == Campaign("1800000000000001", "Example launch", "ENABLE", "CAMPAIGN_STATUS_ENABLE", made)
    assert (live.is_on, smart.is_on) == (True, False)


@responses.activate
def test_an_account_without_a_campaign_has_none():
    pair = recorded("campaign_get_none")
    pair["request"]["query"] |= {"fields": recorded("campaign_get")["request"]["query"]["fields"]}
    play(pair)
    assert client().campaigns(TOKEN, ACCOUNT) == []
