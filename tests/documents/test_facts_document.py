"""The facts document: read strictly, refused with the path of the wrong field, never guessed."""

import copy
import json
from pathlib import Path

import pytest

from receiver.documents.facts import facts_document, read_facts
from receiver.domain.rules import NOT_OVERRIDABLE
from receiver.errors import InputError
from receiver.strict_json import read_json

EXAMPLE = json.loads((Path(__file__).parent.parent / "data" / "facts.json").read_text())
REASON = {"outcome": "pass", "reason": "seen", "by": "ann"}


def changed(path: str, value: object) -> dict:
    """Return the example with the value at a dotted path replaced; `...` removes it."""
    document = copy.deepcopy(EXAMPLE)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = document
    for part in parents:
        place = place[part]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return document


@pytest.mark.parametrize(
    "read_at", [{}, {"spend": "2025-11-19T18:00:00Z", "payments": "2025-11-19T18:00:00Z"}]
)
def test_the_contracts_example_is_read_and_written_back_to_the_same_facts(read_at):
    document = read_facts({**EXAMPLE, "read_at": read_at})
    assert set(document.facts.read_at) == set(read_at)
    assert read_facts(facts_document(document.facts, document.programme, document.as_of)) == document


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("as_of", "2025-11-20T12:00:00", "as_of"),  # no offset
        ("as_of", "yesterday", "as_of"),
        ("as_of", 1763640000, "as_of"),
        ("as_of", "9999-12-31T23:59:59Z", "as_of"),
        ("as_of", None, "as_of"),
        ("read_at", [], "read_at"),
        ("read_at", {"spend": "yesterday"}, "read_at.spend"),
        ("read_at", {"weather": "2025-11-19T18:00:00Z"}, "read_at.weather"),
        ("programme", ..., "programme: is missing"),
        ("programme", "/etc/passwd", "programme"),
        ("programme", "../terms.toml", "programme"),
        ("store", [], "store"),
        ("store", None, "store"),
        ("store.country", "United States", "store.country"),
        ("store.country", "us", "store.country"),
        ("store.country", ..., "store.country: is missing"),
        ("store.id", "-", "store.id: must not be null"),
        ("store.admitted", "yes", "store.admitted"),
        ("store.admitted", 1, "store.admitted"),
        ("store.colour", "red", "store.colour"),
        ("account.timezone", "Mars/Olympus", "account.timezone"),
        ("account.timezone", "../etc/passwd", "account.timezone"),
        ("account.timezone", "America", "account.timezone"),
        ("account.payment", "cash", "account.payment"),
        ("account.currency", "dollars", "account.currency"),
        ("history.prior_spend", "-0.01", "history.prior_spend"),
        ("history.prior_spend", 0, "history.prior_spend"),
        ("history.prior_spend", "1e3", "history.prior_spend"),
        ("history.prior_spend", "NaN", "history.prior_spend"),
        ("history.prior_spend", "٣", "history.prior_spend"),
        ("history.merchant_awards", True, "history.merchant_awards"),
        ("history.merchant_awards", -1, "history.merchant_awards"),
        ("history.merchant_awards", 1.0, "history.merchant_awards"),
        ("history.overrides", {"no_such_rule": REASON}, "history.overrides.no_such_rule: "),
        (
            "history.overrides",
            {"admission": {**REASON, "outcome": "x"}},
            "history.overrides.admission.outcome: ",
        ),
        ("history.overrides", {"admission": {"outcome": "pass"}}, "history.overrides.admission."),
        (
            "history.overrides",
            {"admission": {**REASON, "reason": "-"}},
            "history.overrides.admission.reason: ",
        ),
        ("history.overrides", {"admission": {**REASON, "by": "-"}}, "history.overrides.admission.by: "),
        ("history.overrides", [], "history.overrides: must be an object"),
        ("spend.0.date", "2025-02-30", "spend[0].date"),
        ("spend.0.date", "20251102", "spend[0].date"),
        ("spend.0.cash_spend", 120.0, "spend[0].cash_spend"),
        ("spend.0.cash_spent", "120.00", "spend[0].cash_spent"),
        ("spend", {"date": "2025-11-02"}, "spend"),
        ("spend", [EXAMPLE["spend"][0], EXAMPLE["spend"][0]], "spend[1].date"),
        ("payments.0.subtotal", "-1.00", "payments[0].subtotal"),
        ("payments.0.at", "2025-11-05", "payments[0].at"),
        ("bills_readable", "no", "bills_readable"),
        ("award", {"state": "lost", "credit": "1", "currency": "USD"}, "award.state"),
    ],
)
def test_a_malformed_document_is_refused_with_the_path_of_the_wrong_field(path, value, message):
    with pytest.raises(InputError) as refused:
        read_facts(changed(path, value))
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize("rule", sorted(NOT_OVERRIDABLE))
def test_an_override_of_a_rule_that_rests_on_a_fact_of_staff_is_refused(rule):
    with pytest.raises(InputError, match=rf"^history\.overrides\.{rule}: cannot be overridden"):
        read_facts(changed("history.overrides", {rule: REASON}))


@pytest.mark.parametrize("value", ["text", 7, None, [], [EXAMPLE]])
def test_what_is_no_object_is_refused(value):
    with pytest.raises(InputError, match="must be an object"):
        read_facts(value)


NULLABLE = ["spend.0.cash_spend", "history.prior_spend", "account.country", "account", "award"]


@pytest.mark.parametrize("path", NULLABLE)
def test_a_dash_is_null(path):
    assert read_facts(changed(path, "-")) == read_facts(changed(path, None))


def test_a_spend_row_may_lack_a_figure():
    assert read_facts(changed("spend.0.voucher_spend", ...)).facts.spend[0].voucher_spend is None


def test_the_terms_uk_is_read_as_gb():
    assert read_facts(changed("store.country", "UK")).facts.store.country == "GB"


def test_payment_null_is_unknown():
    assert read_facts(changed("account.payment", None)).facts.account.payment == "unknown"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not JSON"),
        ("", "not JSON"),
        ('{"a": NaN}', "NaN"),
        ('{"a": -Infinity}', "-Infinity"),
        ('{"a": 1, "a": 2}', "a key stands twice"),
        ("[" * 100_000, "too deep"),
        ("1" * 5000, "too long"),
    ],
)
def test_text_that_is_no_json_anybody_can_mean_is_refused(text, problem):
    with pytest.raises(InputError, match=problem):
        read_json(text)
