"""A filter finds the stores that a typed text means, and never answers for fewer than it found."""

import pytest

from receiver.errors import InputError
from receiver.services.search.stores import MOST_MATCHES, match_stores
from tests.db_factories import keep_link, keep_store

TIN = "st_7e733d50aa11"


@pytest.fixture
def matched(container):
    keep_store(container, TIN, name="Tin Roof Hot Sauce", url="https://tinroof.example/", merchant="m_tin")
    keep_store(container, "st_cafe00000000", name="Night Owl Lamps", url="https://owl.example/shop/")
    keep_store(container, "st_2222", name="Café 100% Tin", url="https://sub.owl.example/")
    keep_link(container, TIN, "7001234567890123456")

    def match(text):
        with container.database.reading() as session:
            return set(match_stores(session, text))

    return match


@pytest.mark.parametrize(
    ("text", "store_ids"),
    [
        (TIN, {TIN}),
        ("7e733d50", {TIN}),  # as lists show it
        ("tin roof", {TIN}),
        ("Tin", {TIN, "st_2222"}),
        ("tinroof.example", {TIN}),
        ("https://tinroof.example", {TIN}),
        ("7001234567890123456", {TIN}),  # its ad account
        ("34567890", {TIN}),
        ("m_tin", {TIN}),
        ("owl.example", {"st_cafe00000000", "st_2222"}),
        ("100%", {"st_2222"}),
        ("caf", {"st_2222"}),  # a short text is no part of an id
    ],
)
def test_a_store_is_found_by_part_of_its_name_address_account_or_id(matched, text, store_ids):
    assert matched(text) == store_ids


@pytest.mark.parametrize("text", ["Tin Rof", "st_none", "_"])
def test_what_matches_no_store_is_said_and_not_taken_for_an_empty_listing(matched, text):
    with pytest.raises(InputError, match=f"store: no store matches “{text}”"):
        matched(text)


def test_too_many_are_refused_since_some_of_them_would_read_as_all(container, matched):
    for number in range(MOST_MATCHES):
        keep_store(container, f"st_many{number}", name=f"Shop {number}")
    assert len(matched("Shop ")) == MOST_MATCHES
    keep_store(container, "st_many_more", name="Shop of one more")
    with pytest.raises(InputError, match=f"more than {MOST_MATCHES} stores match “Shop ”"):
        matched("Shop ")
