"""One text finds stores, deliveries and awards, and never by a code."""

import pytest

from receiver.errors import InputError
from receiver.services.search.everything import MOST_HITS, search_everything
from receiver.storage.tables import Award, Delivery
from tests.award_fixtures import keep_awards
from tests.db_factories import keep_link, keep_store
from tests.signals import keep_one, signal

ACCOUNT = "7001234567890123456"


@pytest.fixture
def look(container):
    keep_store(container, "st_tin", name="Tin Roof Hot Sauce", url="https://tinroof.example/")
    keep_link(container, "st_tin", ACCOUNT)

    def look(text):
        return [(hit.kind, hit.id) for hit in search_everything(container.database, text).hits]

    return look


@pytest.mark.parametrize(
    "text",
    ["tin roof", "tinroof.example", ACCOUNT, "st_tin", " Tin ", "store st_tin", "https://tinroof.example"],
)
def test_a_store_is_found_by_what_people_know_of_it(look, text):
    assert look(text) == [("store", "st_tin")]


def test_a_delivery_is_found_by_its_number_and_by_its_senders_id(container, look):
    number = keep_one(container, "st_tin", signal(1))
    with container.database.writing() as session:
        session.get(Delivery, number).delivery_id = "a1b2c3d4"
    for text in (str(number), f"#{number}", f"Delivery {number}", "a1b2c3d4"):
        assert look(text) == [("delivery", str(number))], text
    (hit,) = search_everything(container.database, "a1b2c3d4").hits
    assert (hit.store_id, hit.store_name) == ("st_tin", "Tin Roof Hot Sauce")


def test_an_award_is_found_by_its_id_and_its_reference_and_by_no_code(container, look):
    keep_awards(container, 3)
    with container.database.writing() as session:
        applied, code = (session.get(Award, f"aw_{n}") for n in range(2))
        applied.delivery, applied.reference = "applied", "INV-2025-77"
        code.delivery, code.reference = "code", "…WXYZ"
    assert look("inv-2025") == look("INV-2025-77") == [("award", "aw_0")]
    assert look("aw_2") == look("award aw_2") == [("award", "aw_2")]
    for part in ("WXYZ", "…WXYZ"):
        assert look(part) == []


def test_a_text_may_lead_to_things_of_several_kinds_and_more_than_are_shown(container, look):
    for number in range(MOST_HITS + 1):
        keep_store(container, f"st_many{number}", name=f"Shop 1 {number}")
    result = search_everything(container.database, "Shop 1")
    assert (len(result.hits), result.more) == (MOST_HITS, ["store"])
    number = keep_one(container, "st_tin", signal(1))
    result = search_everything(container.database, str(number))
    assert [hit.kind for hit in result.hits][-1] == "delivery"


@pytest.mark.parametrize("text", ["", "  ", "#", "x" * 201, "a\0b", "9" * 30, "²", "%", "nobody"])
def test_a_text_that_leads_nowhere_finds_nothing_or_is_refused(look, text):
    if not text.strip("# ") or len(text) > 200 or "\0" in text:
        with pytest.raises(InputError, match="text: must be"):
            look(text)
    else:
        assert look(text) == []


def test_senders_ids_are_looked_for_among_the_newest_deliveries(container, look, monkeypatch):
    numbers = [keep_one(container, "st_tin", signal(seq)) for seq in (1, 2)]
    for number in numbers:
        with container.database.writing() as session:
            session.get(Delivery, number).delivery_id = f"sent-{number}"
    monkeypatch.setattr("receiver.storage.search.SENDERS_IDS_AMONG", 1)
    assert look(f"sent-{numbers[1]}") == [("delivery", str(numbers[1]))]
    assert look(f"sent-{numbers[0]}") == []
