"""Consent as the client asks for it, hears of it and gives it back."""

import json

import pytest
import responses

from receiver.errors import Advice, ProviderError
from receiver.integrations.tiktok.oauth import AuthorisedAdvertiser, Consent
from tests.integrations.tiktok.recordings import APP_ID, BASE, SECRET, TOKEN, client, play, recorded

EXCHANGE, REVOKE = f"{BASE}/oauth2/access_token/", f"{BASE}/oauth2/revoke_token/"
CODE = "EXAMPLE-AUTH-CODE"
TWO = ["7400000000000000101", "7400000000000000202"]


def answer_with(url, data, code=0):
    responses.post(url, json={"code": code, "message": "", "request_id": "R1", "data": data})


def refusal(call) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        call()
    return caught.value


@responses.activate
def test_a_code_is_exchanged_as_recorded():
    play(recorded("oauth_access_token"))
    consent = client().exchange_code(CODE)
    assert consent == Consent(TOKEN, frozenset({4, 44, 100, 152, 200}), tuple(TWO))


@responses.activate
def test_a_used_code_asks_for_consent_anew():
    play(recorded("oauth_access_token_bad_code"))
    error = refusal(lambda: client().exchange_code("EXAMPLE-USED-CODE"))
    assert (error.code, error.advice) == (40110, Advice.REAUTHORISE)


@responses.activate
def test_ids_and_scopes_may_come_as_numbers_or_as_text():
    answer_with(EXCHANGE, {"access_token": TOKEN, "scope": ["44"], "advertiser_ids": [7400000000000000101]})
    assert client().exchange_code(CODE) == Consent(TOKEN, frozenset({44}), ("7400000000000000101",))


@responses.activate
@pytest.mark.parametrize(
    ("spoiled", "path"),
    [
        ({"access_token": ""}, "data.access_token "),
        ({"access_token": None}, "data.access_token "),
        ({"access_token": f"{TOKEN} \n"}, "data.access_token "),
        ({"scope": "44"}, "data.scope "),
        ({"scope": [4.5]}, "data.scope.0 "),
        ({"advertiser_ids": ["me"]}, "data.advertiser_ids.0 "),
    ],
)
def test_a_consent_of_a_wrong_shape_is_refused_and_no_part_of_it_told(spoiled, path):
    answer_with(EXCHANGE, {"access_token": TOKEN, "scope": [], "advertiser_ids": [], **spoiled})
    error = refusal(lambda: client().exchange_code(CODE))
    assert path in str(error)
    assert error.advice is Advice.CONFIGURATION
    assert TOKEN not in f"{error} {error.__context__!r} {vars(error)}"


def test_a_consent_does_not_print_its_token():
    assert TOKEN not in repr(Consent(TOKEN, frozenset(), ()))


@responses.activate
def test_a_token_is_given_back_as_recorded():
    play(recorded("oauth_revoke_token"))
    assert client().revoke_token(TOKEN) == TWO


@responses.activate
def test_a_token_that_is_being_given_back_already_counts_as_given_back():
    answer_with(REVOKE, {}, code=40050)
    assert client().revoke_token(TOKEN) == []


@responses.activate
def test_a_token_that_could_not_be_given_back_is_told():
    answer_with(REVOKE, {}, code=50000)
    assert refusal(lambda: client().revoke_token(TOKEN)).code == 50000


@responses.activate
def test_the_accounts_of_a_token_are_asked_for_and_read_as_recorded():
    play(recorded("oauth_advertiser_get"))
    names = ("Example Store A", "Example Store B")
    assert client().authorised_advertisers(TOKEN) == [*map(AuthorisedAdvertiser, TWO, names)]


@responses.activate
def test_the_apps_calls_carry_no_token_in_a_header():
    play(recorded("oauth_access_token"))
    client().exchange_code(CODE)
    assert "Access-Token" not in responses.calls[0].request.headers
    assert json.loads(responses.calls[0].request.body)["app_id"] == APP_ID


@responses.activate
@pytest.mark.parametrize(
    "call",
    [
        lambda tiktok: tiktok.exchange_code(CODE),
        lambda tiktok: tiktok.revoke_token(TOKEN),
        lambda tiktok: tiktok.authorised_advertisers(TOKEN),
        lambda tiktok: tiktok.subscriptions(),
    ],
)
def test_without_an_app_nothing_is_sent(call):
    error = refusal(lambda: call(client(app=None)))
    assert (error.advice, len(responses.calls)) == (Advice.CONFIGURATION, 0)
    assert "TIKTOK_APP_ID" in str(error)


def test_an_app_does_not_print_its_secret():
    assert SECRET not in repr(client()._registered_app)


@responses.activate
def test_an_account_that_tiktok_writes_as_0_is_none():
    answer_with(EXCHANGE, {"access_token": TOKEN, "scope": [4], "advertiser_ids": ["0", 0, *TWO]})
    assert client().exchange_code(CODE).advertiser_ids == tuple(TWO)
