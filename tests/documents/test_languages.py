"""Every sentence can be read in every language, figures untouched, and whoever asks gets an answer."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest
from babel import Locale

from receiver.app import create_app
from receiver.documents.status import Status, full_document, status_document
from receiver.i18n.languages import LANGUAGES, TRANSLATIONS, catalog, reader_locale, translate
from receiver.i18n.notices import HISTORY, LETTER, MAIL_PAGES, MAILS, NOTICES
from receiver.i18n.pages import ERRORS, SITE
from receiver.i18n.sentences import (
    CLOCK_TROUBLES,
    CONNECT,
    CONNECT_LABELS,
    CONSENT,
    CONSENT_LABELS,
    HEADLINES,
    MEANWHILE,
    PERMISSIONS,
    PLACES,
    PROGRESS,
    REVIEWS,
    RULE_NAMES,
    RULES,
    SHOP_TROUBLES,
    TROUBLES,
    USED,
    WARNINGS,
    WEBHOOK_TROUBLES,
)
from receiver.i18n.words import consent_words, headline_words, rule_words, trouble_words
from tests.conftest import make_settings
from tests.documents.test_status_document import SAMPLE
from tests.factories import OPEN, cash, decision_for, make_programme

TRANSLATED = [language for language in LANGUAGES if language != "en"]
NAMES = ("TikTok for WooCommerce", "TikTok", "Ads Manager", "Business Center")
EARLY_END = make_programme(credit_expires=date(2025, 12, 3))  # before the window's figures are final
FILLED = {
    "old": "https://old.example/",
    **SAMPLE,
    **dict.fromkeys(("credit", "reached", "unpaid"), Decimal("499.995")),
    "because": "The rule says why.",
    "due_by": date(2025, 11, 2),
    "reference": "REF-1",
    "advertiser": "7001",
    "until": date(2025, 11, 9),
    "address": "https://shop.example/",
    "contact": "help@credit.example",
}


PLAIN = {
    "{}:meanwhile": MEANWHILE,
    "used.{}:text": USED,
    "rule.{}:name": RULE_NAMES,
    "{}:progress": PROGRESS,
    "review.{}:text": REVIEWS,
    "connect.{}:label": CONNECT_LABELS,
    "consent.{}:label": CONSENT_LABELS,
    "permission.{}:text": PERMISSIONS,
    "{}:history": HISTORY,
    "{}:notice": NOTICES,
    "{}:mail": MAILS,
    "{}:mail_page": MAIL_PAGES,
    "{}:letter": LETTER,
    "site.{}:label": SITE,
}


PAGES = {
    "consent": CONSENT,
    "connect": CONNECT,
    "place": PLACES,
    "shop_trouble": SHOP_TROUBLES,
    "webhook_trouble": WEBHOOK_TROUBLES,
    "clock": CLOCK_TROUBLES,
    "trouble": TROUBLES,
    "error": ERRORS,
}


def english() -> Iterator[tuple[str, str]]:
    """Yield every sentence under its message id."""
    for part, sentences in (("text", RULES), ("text", WARNINGS), ("headline", HEADLINES)):
        for message_id, sentence in sentences.items():
            yield f"{message_id}:{part}", sentence.text
            if sentence.next_step:
                yield f"{message_id}:next_step", sentence.next_step
    for page, pages in PAGES.items():
        for message_id, sentence in pages.items():
            yield f"{page}.{message_id}:text", sentence.text
            assert sentence.next_step, "a page that leads nowhere"
            yield f"{page}.{message_id}:next_step", sentence.next_step
    for name, texts in PLAIN.items():
        for message_id, text in texts.items():
            yield name.format(message_id), text


ENGLISH = dict(english())


def fields_of(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


# -- The translations ----------------------------------------------------------------------------


def test_each_language_but_english_has_its_file():
    assert sorted(file.stem for file in TRANSLATIONS.iterdir()) == sorted(TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_with_the_same_blanks_and_names(language):
    flaws = [f"{name}: {flaw}" for name in sorted(ENGLISH) if (flaw := flaw_of(language, name))]
    assert not flaws, "\n".join(flaws)


def flaw_of(language: str, name: str) -> str:
    """Return a translation that lacks a blank or a name, or why there is none; "" for a good one."""
    english, translation = ENGLISH[name], translate(name, ENGLISH[name], Locale(language))
    if translation == english:
        return "not translated, or the English has changed since"
    same_names = [translation.count(word) for word in NAMES] == [english.count(word) for word in NAMES]
    return "" if same_names and fields_of(translation) == fields_of(english) else translation


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_left_of_a_sentence_that_is_gone(language):
    messages = {(message.context, message.id) for message in catalog(language) if message.id}
    assert messages == set(ENGLISH.items())


def test_what_nobody_translated_is_said_in_english():
    spanish = Locale("es")
    assert translate("admission.pass:text", "A new sentence.", spanish) == "A new sentence."
    assert translate("no.such.rule:text", "A new sentence.", spanish) == "A new sentence."


def test_an_unsure_translation_is_not_used(monkeypatch, tmp_path):
    (tmp_path / "eo.po").write_text('#, fuzzy\nmsgctxt "a:text"\nmsgid "Yes."\nmsgstr "No."\n')
    monkeypatch.setattr("receiver.i18n.languages.TRANSLATIONS", tmp_path)
    assert catalog("eo").get("Yes.", "a:text").string == "No."
    assert translate("a:text", "Yes.", Locale("eo")) == "Yes."


# -- Figures and dates ---------------------------------------------------------------------------

READ_LOCALES = [*LANGUAGES, "en_GB", "es_MX", "es_US", "th_TH"]


@pytest.mark.parametrize("language", READ_LOCALES)
def test_every_sentence_can_be_said(language):
    locale = Locale.parse(language)
    sentences = [*(rule_words(reason, FILLED, locale) for reason in RULES)]
    sentences += [trouble_words(item, FILLED, locale) for item in (*WARNINGS, *TROUBLES)]
    sentences += [headline_words(stage, FILLED, locale) for stage in HEADLINES]
    sentences += [
        consent_words(outcome, {"account": "7001", "missing": PERMISSIONS}, locale) for outcome in CONSENT
    ]
    texts = [part for item in sentences for part in item]
    assert not [text for text in texts if text and ("{" in text or not text.strip())]


@pytest.mark.parametrize("language", READ_LOCALES)
def test_no_language_rounds_up_to_a_threshold(language):
    locale = Locale.parse(language)
    for reason in ("spend_reached.pending.open", "not_yet_advertising.fail"):
        assert "499995" in rule_words(reason, FILLED, locale).text.replace(",", "").replace(".", "")
    assert "499995" in headline_words("due", FILLED, locale).text.replace(",", "").replace(".", "")


@pytest.mark.parametrize(
    ("language", "amount", "day"),
    [
        ("en", "$499.995", "November 2, 2025"),
        ("en_GB", "US$499.995", "2 November 2025"),
        ("es", "499,995\xa0US$", "2 de noviembre de 2025"),
        ("es_US", "$499.995", "2 de noviembre de 2025"),
        ("es_MX", "USD499.995", "2 de noviembre de 2025"),
        ("th", "US$499.995", "2 พฤศจิกายน ค.ศ. 2025"),  # the Christian era and says so: not 2568
    ],
)
def test_money_and_dates_are_written_as_the_reader_writes_them(language, amount, day):
    text = rule_words("spend_reached.pending.open", FILLED, Locale.parse(language)).text
    assert amount in text
    assert day in text


def test_countries_have_their_names_in_the_readers_language():
    assert "Francia" in rule_words("store_market.fail", SAMPLE, Locale("es")).text
    assert "สหรัฐอเมริกาและสหราชอาณาจักร" in rule_words("store_market.fail", SAMPLE, Locale("th")).text


# -- Who gets which ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "locale"),
    [
        (["en"], "en"),
        (["en-US"], "en"),
        (["en-AU"], "en"),
        (["en-GB", "en"], "en_GB"),
        (["es"], "es"),
        (["es-MX", "es"], "es_MX"),
        (["es_MX"], "es_MX"),  # as WordPress writes it
        (["ES-mx"], "es_MX"),
        (["es-XX"], "es"),
        (["th-u-ca-buddhist"], "th"),
        (["de", "fr-FR", "th", "es"], "th"),
        (["es-XX", "en"], "es"),
        (["de"], "en"),
        ([], "en"),
        (["*"], "en"),
        (["", "-", "_", "../../etc/passwd", "es/../th", "\x00", "e" * 100_000], "en"),
    ],
)
def test_a_reader_gets_the_first_language_we_speak_and_else_english(tags, locale):
    assert str(reader_locale(tags)) == locale


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_status_document_speaks_one_language_throughout(language):
    decision = decision_for(OPEN, EARLY_END, spend=(cash("10.00"),), account={"consent": False})
    ours, theirs = status_document(decision), status_document(decision, Locale(language))
    assert theirs["headline"] != ours["headline"]
    assert len(ours["warnings"]) == 2
    for part in ("rules", "warnings", "troubles"):
        for item, other in zip(ours[part], theirs[part], strict=True):
            assert item["text"] != other["text"]
            assert item["next_step"] is other["next_step"] is None or item["next_step"] != other["next_step"]
    fresh = full_document(Status(decision, "Shop", False, None, None), Locale(language))
    assert (fresh["rules"], fresh["headline"]) == (theirs["rules"], theirs["headline"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_decide_prints_the_document_in_the_language_asked_for(language):
    runner = create_app(make_settings()).test_cli_runner()
    facts = str(Path(__file__).parents[1] / "data" / "facts.json")
    printed = json.loads(runner.invoke(args=["credits", "decide", facts, "--language", language]).stdout)
    english_text = RULES["admission.pass"].text
    assert printed["rules"][1]["text"] == translate("admission.pass:text", english_text, Locale(language))
    assert runner.invoke(args=["credits", "decide", facts, "--language", "xx"]).exit_code == 2
