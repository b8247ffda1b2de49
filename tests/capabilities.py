"""What this machine cannot run: one loud line for each reason, and a failure where CI=true."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

_CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# The first that is there. The shell is the same engine without a window, and costs half the processor time.
CHROMIUM = next((path for name in _CHROMIUMS if (path := shutil.which(name))), None)
PHP_PARSER = Path("/usr/share/php/PhpParser/autoload.php")
AXE = importlib.util.find_spec("axe_playwright_python")
SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
NGINX = shutil.which("nginx", path=SBIN)
WORDPRESS = Path(__file__).parents[1] / "build" / "wordpress" / "ready"


def _needs(name: str, is_present: bool) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not is_present, reason=f"this machine has no {name}")


needs_chromium = _needs("Chromium (Debian: apt-get install chromium-headless-shell)", CHROMIUM is not None)
needs_php = _needs("PHP (Debian: apt-get install php-cli)", shutil.which("php") is not None)
needs_phpunit = _needs("PHPUnit (Debian: apt-get install phpunit)", shutil.which("phpunit") is not None)
needs_php_parser = _needs("php-parser (Debian: apt-get install phpunit)", PHP_PARSER.exists())
needs_wordpress = _needs(
    "WordPress, PHP and MariaDB (Debian: bin/wordpress, "
    "and apt-get install php-cli php-mysql mariadb-server-core mariadb-client-core)",
    WORDPRESS.exists()
    and all(shutil.which(name, path=SBIN) for name in ("php", "mariadbd", "my_print_defaults")),
)
needs_axe = _needs("axe-playwright-python (bin/environment dev)", AXE is not None)
needs_nginx = _needs("nginx (Debian: apt-get install nginx-light)", NGINX is not None)
needs_systemd = _needs(
    "systemd-analyze (Debian: apt-get install systemd)", shutil.which("systemd-analyze") is not None
)
needs_root = _needs("root for us", os.geteuid() == 0)


def skips_are_failures() -> bool:
    return os.environ.get("CI") == "true"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and skips_are_failures():
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which CI=true does not allow: {reason_of(report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = Counter(reason_of(report) for report in terminalreporter.stats.get("skipped", []))
    for reason, count in sorted(skipped.items()):
        terminalreporter.write_line(f"!! NOT RUN ({count}): {reason}", red=True, bold=True)


def reason_of(report: pytest.TestReport) -> str:
    """Return why a test was skipped; pytest keeps (file, line, "Skipped: …")."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")
