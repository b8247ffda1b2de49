"""The preview of what a merchant sees: word for word the plugin's, and read-only."""

import re
from pathlib import Path

import pytest
from sqlalchemy import event

from receiver.app import create_app
from receiver.i18n.languages import LANGUAGES
from receiver.services.awards.issue import issue
from receiver.services.decisions.decide import decide_store
from receiver.services.stores.rotate_token import rotate_token
from receiver.storage.tables import Award
from receiver.web.admin import merchant_view
from tests.db_factories import keep_all, rows_of
from tests.factories import SETTLED
from tests.staff import Console, text_of
from wp_bridge.plugin_words import plugin_words

PATH = "/admin/stores/st_1"


def sentences(document):
    yield from (document["headline"], document["next_step"], document["programme"]["title"])
    for part in ("rules", "troubles"):
        for item in document[part]:
            yield from (item["text"], item["next_step"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", ["provisional", "consent_withdrawn"])
def test_the_preview_says_what_the_api_tells_the_plugin_word_for_word(
    container, clock, request, case, language
):
    request.getfixturevalue(case)
    token = rotate_token(container.at(clock()), "st_1", actor="test")
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
    document = create_app(container=container).test_client().get("/api/v1/status", headers=headers).json
    text = text_of(Console(container, "viewer").get(f"{PATH}/merchant-view?language={language}").text)
    missing = [
        sentence for sentence in sentences(document) if sentence and " ".join(sentence.split()) not in text
    ]
    assert missing == []


def test_the_preview_is_marked_and_writes_nothing(container, provisional):
    viewer, writes = Console(container, "viewer"), []
    viewer.get(PATH)

    def note(*arguments):
        if not arguments[2].lstrip().upper().startswith(("SELECT", "WITH", "PRAGMA", "BEGIN")):
            writes.append(arguments[2])

    event.listen(container.database.engine, "before_cursor_execute", note)
    assert "Preview, to read only." in viewer.get(f"{PATH}/merchant-view").text
    event.remove(container.database.engine, "before_cursor_execute", note)
    assert writes == []


def test_a_redeem_code_stays_masked_in_the_preview(container, operator):
    keep_all(container)
    decide_store(container.at(SETTLED), "st_1")
    (award,) = rows_of(container, Award)
    arguments = {"reference": "SECRET-CODE-9876", "delivered_as": "code", "actor": "ann"}
    issue(container.at(SETTLED), award.id, **arguments)
    page = operator.get(f"{PATH}/merchant-view").text
    assert "SECRET-CODE" not in page
    assert "••••9876" in page


def test_each_label_of_the_preview_is_one_of_the_plugins_and_is_translated():
    template = Path(merchant_view.__file__).parent / "templates" / "merchant_view.html"
    quoted = re.findall(r"""\bt\((?:'([^']+)'|"([^"]+)")\)""", template.read_text())
    labels = {single or double for single, double in quoted}
    for words in (merchant_view.OUTCOMES, merchant_view.ACTORS, merchant_view.AWARD_STATES):
        labels |= set(words.values())
    assert len(labels) > 35
    for language in ("es", "th"):
        assert [label for label in labels if plugin_words(label, language) == label] == []
