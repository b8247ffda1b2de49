"""The plugin's own PHPUnit tests: what needs no WordPress."""

import subprocess
from pathlib import Path

from tests.capabilities import needs_phpunit

SETTINGS = Path(__file__).parent / "php" / "phpunit.xml"


@needs_phpunit
def test_the_php_units_keep_their_promises():
    result = subprocess.run(
        ["phpunit", "--configuration", SETTINGS], capture_output=True, text=True, cwd=SETTINGS.parent
    )
    assert result.returncode == 0, result.stdout + result.stderr
