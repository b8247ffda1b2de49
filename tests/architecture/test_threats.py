"""What the threat model says is shown by tests is shown by tests that there are."""

from tests.architecture.test_terms import ROOT, is_a_test, names_in

TABLE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")


def test_each_threat_names_tests_that_there_are():
    rows = [line.strip("| ").split(" | ") for line in TABLE.splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 10
    for who, wants, _, tests in rows:
        named = names_in(tests)
        assert named, (who, wants)
        assert [name for name in named if not is_a_test(name)] == [], (who, wants)
