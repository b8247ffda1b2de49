"""Each of the nine flaws of decision 0006 names tests that exist."""

from tests.architecture.test_terms import ROOT, is_a_test, names_in

TABLE = (ROOT / "docs" / "decisions" / "0006-nine-flaws.md").read_text(encoding="utf-8")


def test_each_of_the_nine_flaws_names_tests_that_there_are():
    rows = [line.strip("| ").split(" | ") for line in TABLE.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == 9
    for flaw, _, tests in rows:
        names = names_in(tests)
        assert names, flaw
        assert [name for name in names if not is_a_test(name)] == [], flaw
