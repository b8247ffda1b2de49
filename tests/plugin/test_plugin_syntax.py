"""The plugin's PHP is read by PHP 7.4, and its guard by PHP that is far older."""

import subprocess
from pathlib import Path

import pytest

from tests.capabilities import needs_php_parser
from wp_bridge.packing import SLUG, SOURCE

CHECKER = Path(__file__).parent / "php" / "syntax74.php"
FILES = sorted(SOURCE.rglob("*.php"))
GUARD = [SOURCE / f"{SLUG}.php", SOURCE / "requirements.php"]

TOO_NEW = [
    "echo $a?->b;",
    "echo match(1) { 1 => 2 };",
    "f(name: 1);",
    "function f(int|string $a) {}",
    "function f(): mixed {}",
    "function f(): static {}",
    "function f($a,) {}",
    "class A { function __construct(private int $a) {} }",
    "class A { readonly int $a; }",
    "enum A { case B; }",
    "try { f(); } catch (E) {}",
    "$a = $b ?? throw new E();",
    "$f = strlen(...);",
    "A::B::c();",
]


def check_syntax(*files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["php", CHECKER, *files], capture_output=True, text=True)


@needs_php_parser
def test_every_file_is_php_7_4():
    result = check_syntax(*FILES)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@needs_php_parser
def test_what_came_after_php_7_4_is_found(tmp_path):
    files = []
    for number, code in enumerate(TOO_NEW):
        files.append(tmp_path / f"{number:02}.php")
        files[-1].write_text(f"<?php {code}\n")
    output = check_syntax(*files).stdout
    assert [code for file, code in zip(files, TOO_NEW, strict=True) if f"{file}: " not in output] == []


@pytest.mark.parametrize("file", GUARD, ids=lambda file: file.name)
def test_the_guard_is_readable_by_a_php_that_is_too_old(file):
    source = file.read_text()
    assert not [sign for sign in ("namespace ", "fn(", "fn (", "??", "): ", "...", " use ") if sign in source]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(SOURCE).as_posix())
def test_no_file_answers_a_browser_by_itself(file):
    source = file.read_text()
    assert "defined( 'ABSPATH' ) || exit;" in source or "defined( 'WP_UNINSTALL_PLUGIN' ) || exit;" in source
