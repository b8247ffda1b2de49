"""GET /api/v1/history answers the store of the token what changed and when, in the reader's language."""

from datetime import timedelta

import pytest

from receiver.app import create_app
from receiver.services.authorization.withdraw import withdraw_consent
from receiver.services.decisions import merchant_history
from receiver.services.decisions.decide import decide_store
from receiver.storage.cipher import token_hash
from receiver.storage.tables import Store
from tests.db_factories import keep_all, keep_day
from tests.factories import OPEN

TOKEN = "stt_" + "a" * 40


@pytest.fixture
def ask(container):
    client = create_app(container=container).test_client()

    def ask(query="", token=TOKEN, **headers):
        return client.get(f"/api/v1/history{query}", headers={"Authorization": f"Bearer {token}", **headers})

    return ask


@pytest.fixture
def store(container):
    """A store that began to spend, reached a tier, and lost its consent."""
    store_id = keep_all(container, spent="100.00")
    with container.database.writing() as session:
        session.get_one(Store, store_id).status_token_hash = token_hash(TOKEN)
    decide_store(container.at(OPEN), store_id)
    keep_day(container, "600.00")
    decide_store(container.at(OPEN + timedelta(days=1)), store_id)
    keep_day(container, "601.00")  # a decision that says nothing new to the merchant
    decide_store(container.at(OPEN + timedelta(days=2)), store_id)
    with container.database.writing() as session:
        withdraw_consent(session, "7001", OPEN + timedelta(days=3), "revoked")
    decide_store(container.at(OPEN + timedelta(days=3)), store_id)
    return store_id


def changes_in(answer):
    return [(item["at"], item["kind"], item["text"]) for item in answer.json["changes"]]


def test_what_changed_is_told_the_newest_first(ask, store):
    answer = ask()
    assert answer.status_code == 200
    assert changes_in(answer) == [
        ("2025-11-23T12:00:00Z", "consent", "We cannot read your ad account any more."),
        ("2025-11-21T12:00:00Z", "tier", "Your spend reached $500.00: that tier brings $500.00 of credit."),
        ("2025-11-20T12:00:00Z", "stage", "Your spend counts."),
    ]
    assert answer.json["next"] is None


@pytest.mark.parametrize(("language", "words"), [("es", "Su gasto cuenta."), ("th", "ยอดใช้จ่ายของคุณเริ่มนับแล้ว")])
def test_it_is_told_in_the_readers_language(ask, store, language, words):
    answer = ask(**{"Accept-Language": language})
    assert (answer.headers["Content-Language"], changes_in(answer)[-1][2]) == (language, words)


def test_pages_lead_on_to_all_of_it_without_a_gap(ask, store, monkeypatch):
    whole = changes_in(ask())
    monkeypatch.setattr(merchant_history, "READ_AT_ONCE", 2)
    changes, after = [], ""
    while after is not None:
        page = ask(f"?after={after}" if after else "")
        changes += changes_in(page)
        after = page.json["next"]
    assert changes == whole


def test_another_stores_token_sees_its_own_alone(ask, store):
    assert ask(token="wrong").status_code == 401


@pytest.mark.parametrize("after", ["", "x", "-1", "1" * 19, "١"])
def test_what_is_no_place_in_it_is_refused_by_name(ask, store, after):
    answer = ask(f"?after={after}")
    assert (answer.status_code, answer.json["error"].startswith("after: ")) == (400, True)
