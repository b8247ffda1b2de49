"""A programme file that contradicts itself is refused with the field's name."""

import copy
from datetime import date

import pytest

from receiver.documents.programme import (
    SHIPPED,
    load_programme,
    programme_data,
    read_programme,
    read_programme_file,
    read_stored_programme,
    shipped_programmes,
)
from receiver.domain.programme import outlives_credit
from receiver.errors import InputError

SEED = programme_data(load_programme("woocommerce-2025"))


def changed(**changes: object) -> dict:
    return {**copy.deepcopy(SEED), **changes}


def market(**changes: object) -> list:
    return [{**copy.deepcopy(SEED["markets"][0]), **changes}, SEED["markets"][1]]


def tiers(*pairs: tuple[str, str]) -> list:
    return market(tiers=[{"threshold": threshold, "credit": credit} for threshold, credit in pairs])


@pytest.mark.parametrize("programme_id", shipped_programmes())
def test_each_shipped_file_stands_the_checks_that_are_left_out_when_it_is_loaded(programme_id):
    assert read_programme_file(SHIPPED / f"{programme_id}.toml") == load_programme(programme_id)


def test_the_shipped_file_holds_the_terms_of_the_seed():
    terms = load_programme("woocommerce-2025")
    offered = {
        m.country: (m.currency, [(int(t.threshold), int(t.credit)) for t in m.tiers]) for m in terms.markets
    }
    assert offered == {
        "US": ("USD", [(500, 500), (1500, 1500), (5000, 5000)]),
        "GB": ("GBP", [(395, 395), (1186, 1186), (3954, 3954)]),
    }
    assert (terms.window_days, terms.prior_spend_days, terms.credit_within_days) == (30, 90, 7)
    assert (terms.credit_expires, terms.anchor) == (date(2026, 1, 30), "first_cash")


def test_terms_as_plain_data_read_back_to_the_same_terms():
    assert programme_data(read_programme(SEED)) == SEED


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (changed(closes="2025-06-30"), "closes"),
        (changed(credit_expires="2025-12-30"), "credit_expires"),
        (changed(window={"days": 0, "anchor": "first_cash"}), "window.days"),
        (changed(window={"days": 30, "anchor": "moon"}), "window.anchor"),
        (changed(window={"days": "30", "anchor": "first_cash"}), "window.days"),
        (changed(markets=[]), "markets"),
        (changed(markets=market(currency="XXY")), "markets[0].currency"),
        (changed(markets=market(country="GB")), "markets[1].country"),
        (changed(markets=tiers(("500", "500"), ("500", "600"))), "markets[0].tiers[1].threshold"),
        (changed(markets=tiers(("1500", "500"), ("500", "600"))), "markets[0].tiers[1].threshold"),
        (changed(markets=tiers(("500", "500"), ("600", "400"))), "markets[0].tiers[1].credit"),
        (changed(markets=tiers(("0", "500"))), "markets[0].tiers[0]"),
        (changed(markets=tiers(("-5", "500"))), "markets[0].tiers[0].threshold"),
        (changed(markets=tiers()), "markets[0].tiers"),
        (changed(prior_spend_days=0), "prior_spend_days"),
        (changed(prior_spend_days=366), "prior_spend_days"),
        (changed(bill_grace_days=-1), "bill_grace_days"),
        (changed(capacity=0), "capacity"),
        (changed(platform="shopify"), "platform"),
        (changed(opens="soon"), "opens"),
        (changed(accept_net_cost="no"), "accept_net_cost"),
        (changed(id="Bad Id"), "id"),
        (changed(colour="red"), "colour"),
        ({name: value for name, value in SEED.items() if name != "opens"}, "opens"),
    ],
)
def test_terms_that_contradict_themselves_are_refused_by_field(data, field):
    with pytest.raises(InputError) as refused:
        read_programme(data)
    assert str(refused.value).startswith(f"{field}: ")


def test_a_file_that_is_no_toml_or_not_there_is_refused_by_name(tmp_path):
    file = tmp_path / "terms.toml"
    file.write_text("id = ")
    with pytest.raises(InputError, match=r"terms\.toml: is no TOML"):
        read_programme_file(file)
    with pytest.raises(InputError, match=r"gone\.toml: cannot be read"):
        load_programme(str(tmp_path / "gone.toml"))
    with pytest.raises(InputError, match="no programme is called 'nope'; there is woocommerce-2025"):
        load_programme("nope")


def test_terms_that_some_store_enrolled_in_are_read_whatever_their_platform():
    assert read_stored_programme(changed(platform="another")).platform == "another"


@pytest.mark.parametrize(
    ("expires", "outlives"),
    [("2026-01-31", True), ("2026-02-01", False)],
)
def test_terms_whose_last_windows_outlive_the_credit_are_told(expires, outlives):
    # Closes 31 December: the last window ends 29 January, final on 1 February at noon UTC.
    assert outlives_credit(read_programme(changed(credit_expires=expires))) is outlives
