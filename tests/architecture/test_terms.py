"""Each sentence of the published terms has its rule, the place where it is shown, and its test."""

import ast
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from marshmallow import fields

from receiver.documents.programme import programme_data
from receiver.domain.rules import RULES
from receiver.web.api.schemas import StatusSchema
from tests.documents.test_languages import ENGLISH
from tests.factories import seed_programme

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "terms.md").read_text(encoding="utf-8")
PUBLISHED = ROOT / "docs" / "terms" / "woocommerce-ad-credit.txt"
AS_PUBLISHED = "4d8ac585202c843d7dcef1391eaf56965d6b0b3b50d12ec71b00d3dc89b6b5f7"  # SHA-256
NO_RULE, SHOWN_AS = "no rule: ", "shown as"


class TermsRow(NamedTuple):
    sentences: list[str]
    rules: str
    places: str
    tests: str


def rows_of(table: str) -> list[TermsRow]:
    lines = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return [TermsRow(first.split("<br>"), *others) for first, *others in lines[2:]]


def sentences_of(text: str) -> list[str]:
    return [part for line in text.splitlines() for part in re.split(r"(?<=\.) (?=[A-Z])", line)]


def names_in(cell: str) -> list[str]:
    return re.findall("`([^`]+)`", cell)


def faults_of(table: str) -> Iterator[str]:
    """Yield what is wrong with the table, and what it lacks."""
    rows = rows_of(table)
    in_table = Counter(sentence for row in rows for sentence in row.sentences)
    published = Counter(sentences_of(PUBLISHED.read_text(encoding="utf-8")))
    yield from (f"has no row: {sentence}" for sentence in published - in_table)
    yield from (f"is no sentence of the terms: {sentence}" for sentence in in_table - published)
    for row in rows:
        yield from faults_in(row)
    yield from (
        f"rule in no row: {rule}" for rule in RULES.keys() - {n for r in rows for n in names_in(r.rules)}
    )


def faults_in(row: TermsRow) -> Iterator[str]:
    rules, places, tests = names_in(row.rules), names_in(row.places), names_in(row.tests)
    terms = set(paths_of(programme_data(seed_programme()), "programme"))
    if not row.rules.startswith(NO_RULE):
        yield from (
            f"nothing stands in the row of: {row.sentences[0]}" for cell in (places, tests) if not cell
        )
    if not rules and not row.rules.startswith((NO_RULE, SHOWN_AS)):
        yield f"neither a rule nor a reason: {row.sentences[0]}"
    yield from (f"no rule or term: {name}" for name in rules if name not in RULES and name not in terms)
    yield from (
        f"not shown: {name}" for name in places if name not in ENGLISH and name not in status_fields()
    )
    yield from (f"no test: {name}" for name in tests if not is_a_test(name))


def paths_of(data: Mapping, path: str) -> Iterator[str]:
    for name, value in data.items():
        yield f"{path}.{name}"
        if isinstance(value, Mapping):
            yield from paths_of(value, f"{path}.{name}")


@cache
def status_fields() -> frozenset[str]:
    return frozenset(name.removeprefix("status.") for name in paths_of(field_tree(StatusSchema()), "status"))


def field_tree(schema) -> dict:
    """Return the fields of a schema by name, with those of nested schemas."""
    inner = {name: getattr(field, "inner", field) for name, field in schema.fields.items()}
    return {
        name: field_tree(field.schema) if isinstance(field, fields.Nested) else None
        for name, field in inner.items()
    }


def is_a_test(node: str) -> bool:
    file, _, name = node.partition("::")
    return name.startswith("test_") and name in functions_in(file)


@cache
def functions_in(file: str) -> frozenset[str]:
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8") if path.is_file() else "")
    return frozenset(part.name for part in tree.body if isinstance(part, ast.FunctionDef))


def test_the_terms_are_kept_as_they_were_published():
    assert hashlib.sha256(PUBLISHED.read_bytes()).hexdigest() == AS_PUBLISHED


def test_every_sentence_of_the_terms_has_its_rule_its_place_and_its_test():
    assert list(faults_of(TABLE)) == []


SPOILT = [
    ("| US: |", "| CA: |", ["has no row: US:", "is no sentence of the terms: CA:"]),
    (
        "`merchant_once`",
        "`merchant_twice`",
        ["no rule or term: merchant_twice", "rule in no row: merchant_once"],
    ),
    ("`programme.capacity`", "`programme.places`", ["no rule or term: programme.places"]),
    ("`not_admitted:headline`", "`not_admitted:text`", ["not shown: not_admitted:text"]),
    ("`spend.excluded`", "`spend.left_out`", ["not shown: spend.left_out"]),
    (
        "::test_tax_never_counts`",
        "::test_tax_counts`",
        ["no test: tests/journeys/test_bills_to_award.py::test_tax_counts"],
    ),
    (
        "/test_bills_to_award.py::test_tax",
        "/gone.py::test_tax",
        ["no test: tests/journeys/gone.py::test_tax_never_counts"],
    ),
    (
        "::test_tax_never_counts`",
        "::automatic`",
        ["no test: tests/journeys/test_bills_to_award.py::automatic"],
    ),
    (
        "| no rule: the headings",
        "| the headings",
        ["nothing stands in", "nothing stands in", "neither a rule nor a reason"],
    ),
    ("`spend.excluded`", "yes", ["nothing stands in the row of: Tax and credit"]),
]


@pytest.mark.parametrize(("right", "wrong", "faults"), SPOILT)
def test_a_row_that_is_wrong_is_told(right, wrong, faults):
    assert right in TABLE
    reported = sorted(faults_of(TABLE.replace(right, wrong)))
    assert len(reported) == len(faults)
    assert all(fault.startswith(begins) for fault, begins in zip(reported, sorted(faults), strict=True))
