"""The formats of a document write figures as its own sentences do, wherever a language is read."""

from datetime import date
from decimal import Decimal

import pytest
from babel import Locale
from babel.dates import format_date, format_time

from receiver.documents.formats import formats_document
from receiver.documents.status import Status, full_document
from receiver.i18n.languages import LOCALES
from receiver.i18n.words import money_text
from tests.factories import OPEN, cash, decision_for

AMOUNTS = ("0.00", "41.50", "500.00", "5000.00", "1234567.50", "499.995")


def format_amount(amount: str, currency: str, formats: dict) -> str:
    whole, decimals = amount.split(".")
    grouped = f"{int(whole):,}".replace(",", formats["group"])
    return formats["money"][currency].replace("{amount}", f"{grouped}{formats['decimal']}{decimals}")


@pytest.mark.parametrize("locale", LOCALES)
def test_amounts_are_written_as_the_sentences_write_them(locale):
    place = Locale.parse(locale)
    formats = formats_document(("USD", "GBP"), place)
    for amount in AMOUNTS:
        for currency in ("USD", "GBP"):
            assert format_amount(amount, currency, formats) == money_text(Decimal(amount), currency, place)


@pytest.mark.parametrize("locale", LOCALES)
def test_dates_are_written_as_the_sentences_write_them(locale):
    place, day = Locale.parse(locale), date(2025, 12, 1)
    formats = formats_document((), place)
    long = format_date(day, "long", locale=place)
    assert format_date(day, formats["date"], locale=place) == long
    assert len(formats["months"]) == 12
    assert formats["months"][11] in long
    assert set(formats["time"].replace("mm", "")) <= set("HhKk:a.\u202f\xa0 'B"), formats["time"]
    assert format_time(None, formats["time"], locale=place)


def test_every_currency_that_the_document_has_an_amount_in_can_be_written():
    decision = decision_for(OPEN, account={"currency": "EUR"}, spend=(cash("5.00"),))
    document = full_document(Status(decision, "Example store", False, None, None))
    assert set(document["formats"]["money"]) == {"USD", "GBP", "EUR"}
    assert document["formats"]["money"]["USD"] == "${amount}"
