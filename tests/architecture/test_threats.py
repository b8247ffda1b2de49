"""The tests that the threat model names exist, and its claims are those of the code."""

from receiver.domain import claims
from tests.architecture.test_terms import ROOT, is_a_test, names_in

TEXT = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
CLAIMED, THREATS = (
    part.split("\n## ")[0] for part in (TEXT.split("## What a store")[1], TEXT.split("## Threats")[1])
)


def rows_of(part: str) -> list[list[str]]:
    """Return the rows below a table's head."""
    return [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")][2:]


def test_each_threat_names_tests_that_there_are():
    rows = rows_of(THREATS)
    assert len(rows) > 20
    for who, wants, _, tests in rows:
        names = names_in(tests)
        assert names, (who, wants)
        assert [name for name in names if not is_a_test(name)] == [], (who, wants)


def test_the_claims_are_those_of_the_code_each_with_tests_that_overstep_its_bound():
    rows = rows_of(CLAIMED)
    documented = {name: claims.StoreClaim(said_by, bound, beyond) for name, said_by, bound, beyond, _ in rows}
    assert documented == claims.CLAIMS
    for name, *_, tests in rows:
        names = names_in(tests)
        assert names, name
        assert [test for test in names if not is_a_test(test)] == [], name
