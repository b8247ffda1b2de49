"""The page that ends our access to an ad account: the effect on each store is shown first."""

from receiver.services.decisions.decide import decide_store
from receiver.storage.tables import Link
from tests.db_factories import keep_account, keep_all, keep_link, keep_store, rows_of
from tests.factories import SETTLED
from tests.staff import Console, preview_token, text_of

PATH = "/admin/stores/st_1"


def test_ending_our_access_stands_apart_and_shows_first_what_it_does(container, operator):
    keep_all(container)
    decide_store(container.at(SETTLED), "st_1")
    page = operator.get(PATH).text
    assert "Give the consent back" not in page
    assert page.index("End our access to this ad account") > page.index("Less common")
    preview = operator.get(f"{PATH}/end-access")
    assert "rules › account linked" in preview.text
    assert rows_of(container, Link)[0].consent is True
    unseen = operator.post(f"{PATH}/end-access", reason="asked")
    assert (unseen.status_code, "not do what you were shown" in unseen.text) == (409, True)
    blank = operator.post(f"{PATH}/end-access", reason=" ", seen=preview_token(preview))
    assert (blank.status_code, "Write a reason" in blank.text) == (400, True)
    assert rows_of(container, Link)[0].consent is True


def test_every_store_of_one_consent_is_named_before_it_ends(container, operator):
    keep_all(container)
    keep_store(container, "st_2", name="Second store")
    keep_link(container, "st_2", "7002", token_encrypted=container.cipher.encrypt("token-of-7001"))
    keep_account(container, "7002")
    text = text_of(operator.get(f"{PATH}/end-access").text)
    assert "One consent serves 2 stores." in text
    assert "Second store" in text


def test_without_a_consent_there_is_nothing_to_end(container, consent_withdrawn):
    answer = Console(container).get(f"{PATH}/end-access")
    assert (answer.status_code, "no consent that could be given back" in answer.text) == (409, True)
