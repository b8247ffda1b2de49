"""WooCommerce's coding rules, as far as they can be checked without its sniffs (phpcs.xml.dist)."""

import re
import subprocess

import pytest

from tests.capabilities import needs_php_parser
from tests.plugin.test_plugin_syntax import CHECKER, FILES
from wp_bridge.packing import SLUG, SOURCE

DOCBLOCKS = CHECKER.parent / "docblocks.php"
UNDESCRIBED = [
    ("function f() {}", "function f has no docblock"),
    ("/** F. */ function f() {}", "function f has no @since"),
    ("/** F.\n * @since 1.0.0 */ function f( $a ) {}", "function f has no @param for $a"),
    ("/** F.\n * @since 1.0.0 */ function f(): int { return 1; }", "function f has no @return"),
    ("/** C.\n * @since 1.0.0 */ class C { private int $a; }", "property a has no docblock"),
    ("/** C.\n * @since 1.0.0 */ class C { /** A.\n * @since 1.0.0 */ private int $a; }", "a has no @var"),
    ("class C {}", "class C has no docblock"),
]


@needs_php_parser
def test_every_class_method_and_property_says_its_types_and_since_when():
    result = subprocess.run(["php", DOCBLOCKS, *FILES], capture_output=True, text=True)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@needs_php_parser
@pytest.mark.parametrize(("code", "finding"), UNDESCRIBED)
def test_what_a_docblock_lacks_is_found(tmp_path, code, finding):
    file = tmp_path / "file.php"
    file.write_text(f"<?php\n{code}\n")
    assert finding in subprocess.run(["php", DOCBLOCKS, file], capture_output=True, text=True).stdout


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(SOURCE).as_posix())
def test_whoever_ignores_a_rule_names_it_and_says_why(file):
    for line in file.read_text().splitlines():
        if "phpcs:" in line:
            assert re.search(r"phpcs:ignore (\w+\.\w+\.\w+(\.\w+)?)(, \w+\.\w+\.\w+(\.\w+)?)* -- \w", line), (
                line
            )


def test_objects_are_built_once_and_nothing_is_static_but_constructors_and_predicates():
    lines = [
        f"{file.name}: {line.strip()}"
        for file in FILES
        for line in file.read_text().splitlines()
        if re.search(r"\bstatic function \w", line)
    ]
    assert len(lines) == 2, lines  # Response::from_http and Document::is_status


def test_no_template_hides_its_values():
    assert not [file for file in FILES if re.search(r"\bextract\(", file.read_text())]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(SOURCE).as_posix())
def test_every_text_is_in_the_plugins_own_domain(file):
    calls = re.findall(r"\b(?:__|_e|esc_html__|esc_html_e|esc_attr__|esc_attr_e|_n)\((.*)", file.read_text())
    assert not [call for call in calls if f"'{SLUG}'" not in call]
