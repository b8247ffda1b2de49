"""GET /api/v1/status speaks the language it is asked for, says which, and never stumbles."""

import pytest

from receiver.app import create_app
from receiver.storage.cipher import token_hash
from receiver.storage.tables import Store
from tests.db_factories import keep_all

TOKEN = "stt_" + "a" * 40


@pytest.fixture
def ask(container):
    store_id = keep_all(container)
    with container.database.writing() as session:
        session.get(Store, store_id).status_token_hash = token_hash(TOKEN)
    client = create_app(container=container).test_client()

    def call(*languages):
        headers = [("Accept-Language", language) for language in languages]
        return client.get("/api/v1/status", headers=[("Authorization", f"Bearer {TOKEN}"), *headers])

    return call


def sentence_of(answer):
    """Return the sentence on `admission`, which needs no figures."""
    assert answer.status_code == 200
    return answer.json["rules"][1]["text"]


SENTENCES = {
    "en": "Your store has a place in the offer.",
    "es": "Su tienda tiene una plaza en la oferta.",
    "th": "ร้านค้าของคุณได้รับสิทธิ์เข้าร่วมข้อเสนอแล้ว",
}

ASKED = [
    ("en", "en"),
    ("en-GB", "en-GB"),
    ("es", "es"),
    ("es-MX,es;q=0.9,en;q=0.8", "es-MX"),
    ("th-TH,th;q=0.9", "th-TH"),
    ("de, th;q=0.5, es;q=0.7", "es"),
    ("es-XX, en;q=0.1", "es"),
    ("es;q=0, th", "th"),
    ("de-DE,de;q=0.9", "en"),
]

HOSTILE = [
    "",
    "*",
    ",,,;;;q=q",
    "es;q=nan",
    "es;q=0",
    "es;q=-1",
    "th;q=1e999",
    "../../translations/es",
    "es/../th.po",
    "%s{0}{joined}",
    "\xff\xfe\xe0\xb9\x84",
    "x" * 60_000,
    "de," * 5_000,
]


def test_the_answer_is_in_the_language_asked_for_and_says_so(ask):
    for header, tag in ASKED:
        answer = ask(header)
        assert (sentence_of(answer), answer.headers["Content-Language"]) == (SENTENCES[tag[:2]], tag), header
        assert "Accept-Language" in answer.vary


def test_without_a_wish_the_answer_is_english(ask):
    answer = ask()
    assert (sentence_of(answer), answer.headers["Content-Language"]) == (SENTENCES["en"], "en")
    assert "Accept-Language" in answer.vary


def test_a_hostile_wish_is_answered_in_english(ask):
    for header in HOSTILE:
        answer = ask(header)
        assert (sentence_of(answer), answer.headers["Content-Language"]) == (SENTENCES["en"], "en"), header[
            :40
        ]


def test_a_wish_in_several_headers_is_one_wish(ask):
    assert sentence_of(ask("de", "th;q=0.5")) == SENTENCES["th"]


def test_everything_but_the_sentences_and_their_formats_is_the_same_in_every_language(ask):
    def bare(document):
        return {
            **document,
            "headline": None,
            "next_step": None,
            "formats": None,
            "warnings": [warning["id"] for warning in document["warnings"]],
            "rules": [{**rule, "text": None, "next_step": None} for rule in document["rules"]],
            **{part: {**document[part], "text": None} for part in ("next_tier", "pace")},
        }

    english, thai = ask("en").json, ask("th").json
    assert bare(thai) == bare(english)
    assert thai["headline"] != english["headline"]
